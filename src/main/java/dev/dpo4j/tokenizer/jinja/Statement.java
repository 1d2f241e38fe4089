package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A parsed piece of a template's body. */
sealed interface Statement {

    record Data(String text) implements Statement {}

    record Print(Expression value) implements Statement {}

    record If(Expression condition, List<Statement> then, List<Statement> otherwise) implements Statement {}

    record For(
            List<String> targets,
            Expression items,
            Optional<Expression> condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record Set(List<String> targets, Expression value, int line) implements Statement {}

    record SetAttribute(String namespace, String attribute, Expression value, int line) implements Statement {}

    record SetBlock(String target, List<Statement> body) implements Statement {}

    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body, int line)
            implements Statement {}

    /** transformers' {@code {% generation %}}, which marks the assistant's tokens and renders its body as it is. */
    record Generation(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}
}
