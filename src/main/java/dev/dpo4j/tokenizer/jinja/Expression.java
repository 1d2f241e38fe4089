package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A parsed expression; each knows the template line it stands on. */
sealed interface Expression {

    int line();

    record Literal(Object value, int line) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record ListOf(List<Expression> items, int line) implements Expression {}

    record DictOf(List<Map.Entry<Expression, Expression>> entries, int line) implements Expression {}

    record Not(Expression operand, int line) implements Expression {}

    record Sign(boolean negative, Expression operand, int line) implements Expression {}

    record And(Expression left, Expression right, int line) implements Expression {}

    record Or(Expression left, Expression right, int line) implements Expression {}

    record Arithmetic(String operator, Expression left, Expression right, int line) implements Expression {}

    record Concat(Expression left, Expression right, int line) implements Expression {}

    /** {@code a < b <= c}: each operand is compared with the next. */
    record Comparison(Expression first, List<Step> steps, int line) implements Expression {
        record Step(String operator, Expression operand) {}
    }

    record Conditional(Expression condition, Expression then, Optional<Expression> otherwise, int line)
            implements Expression {}

    record Attribute(Expression target, String name, int line) implements Expression {}

    record Index(Expression target, Expression index, int line) implements Expression {}

    record Slice(
            Expression target,
            Optional<Expression> start,
            Optional<Expression> stop,
            Optional<Expression> step,
            int line)
            implements Expression {}

    record Call(Expression callee, List<Expression> arguments, Map<String, Expression> keywords, int line)
            implements Expression {}

    record Filter(Expression input, String name, List<Expression> arguments, Map<String, Expression> keywords, int line)
            implements Expression {}

    record Test(Expression input, String name, List<Expression> arguments, boolean negated, int line)
            implements Expression {}
}
