package dev.dpo4j.tokenizer.jinja;

import dev.dpo4j.tokenizer.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Expressions, with Jinja2's precedence: {@code not} below comparisons, filters and tests above arithmetic. */
final class ExpressionParser {

    private static final int MAX_DEPTH = 200;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> RESERVED = Set.of("and", "or", "not", "in", "is", "if", "else");
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and", "if", "in", "not");

    private final TokenStream tokens;
    private int depth;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several separated by commas, which make a list. */
    Expression expressionOrTuple() {
        int line = tokens.line();
        Expression first = expression();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.takeOperator(",")) {
            if (startsExpression()) {
                items.add(expression());
            }
        }
        return new Expression.ListOf(List.copyOf(items), line);
    }

    Expression expression() {
        if (++depth > MAX_DEPTH) {
            throw new JinjaException(tokens.line(), "expressions are nested deeper than " + MAX_DEPTH);
        }
        try {
            Expression value = or();
            while (tokens.peek().isName("if")) {
                int line = tokens.take().line();
                Expression condition = or();
                Optional<Expression> otherwise = tokens.takeName("else") ? Optional.of(expression()) : Optional.empty();
                value = new Expression.Conditional(condition, value, otherwise, line);
            }
            return value;
        } finally {
            depth--;
        }
    }

    /** An expression without a trailing {@code if}, which belongs to the surrounding tag. */
    Expression or() {
        Expression left = and();
        while (tokens.peek().isName("or")) {
            int line = tokens.take().line();
            left = new Expression.Or(left, and(), line);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.peek().isName("and")) {
            int line = tokens.take().line();
            left = new Expression.And(left, not(), line);
        }
        return left;
    }

    private Expression not() {
        if (tokens.peek().isName("not")) {
            int line = tokens.take().line();
            return nested(() -> new Expression.Not(not(), line));
        }
        return comparison();
    }

    private Expression comparison() {
        int line = tokens.line();
        Expression first = sum();
        List<Expression.Comparison.Step> steps = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                tokens.take();
                steps.add(new Expression.Comparison.Step(token.text(), sum()));
            } else if (token.isName("in")) {
                tokens.take();
                steps.add(new Expression.Comparison.Step("in", sum()));
            } else if (token.isName("not") && tokens.peekSecond().isName("in")) {
                tokens.take();
                tokens.take();
                steps.add(new Expression.Comparison.Step("not in", sum()));
            } else {
                return steps.isEmpty() ? first : new Expression.Comparison(first, List.copyOf(steps), line);
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
            Token operator = tokens.take();
            left = new Expression.Arithmetic(operator.text(), left, concatenation(), operator.line());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (tokens.peek().isOperator("~")) {
            int line = tokens.take().line();
            left = new Expression.Concat(left, product(), line);
        }
        return left;
    }

    private Expression product() {
        Expression left = unary(true);
        while (true) {
            Token operator = tokens.peek();
            switch (operator.kind() == Kind.OPERATOR ? operator.text() : "") {
                case "*", "/", "//", "%" -> {
                    tokens.take();
                    left = new Expression.Arithmetic(operator.text(), left, unary(true), operator.line());
                }
                case "**" -> throw new JinjaException(operator.line(), "the operator '**' is not supported");
                default -> {
                    return left;
                }
            }
        }
    }

    private Expression unary(boolean withFilters) {
        Token token = tokens.peek();
        Expression value;
        if (token.isOperator("-") || token.isOperator("+")) {
            tokens.take();
            value = new Expression.Sign(token.isOperator("-"), nested(() -> unary(false)), token.line());
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filters(value) : value;
    }

    private Expression nested(java.util.function.Supplier<Expression> parse) {
        if (++depth > MAX_DEPTH) {
            throw new JinjaException(tokens.line(), "expressions are nested deeper than " + MAX_DEPTH);
        }
        try {
            return parse.get();
        } finally {
            depth--;
        }
    }

    private boolean startsExpression() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> !RESERVED.contains(token.text()) || token.isName("not");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> Set.of("(", "[", "{", "-", "+").contains(token.text());
            default -> false;
        };
    }

    private Expression primary() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> name(tokens.take());
            case STRING -> string();
            case INTEGER -> integer(tokens.take());
            case FLOAT -> new Expression.Literal(Double.valueOf(tokens.take().text()), token.line());
            case OPERATOR -> bracketed(token);
            default -> throw tokens.unexpected("an expression");
        };
    }

    private Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(true, token.line());
            case "false", "False" -> new Expression.Literal(false, token.line());
            case "none", "None" -> new Expression.Literal(None.NONE, token.line());
            default -> {
                if (RESERVED.contains(token.text())) {
                    throw new JinjaException(token.line(), "expected an expression but found '" + token.text() + "'");
                }
                yield new Expression.Name(token.text(), token.line());
            }
        };
    }

    private Expression string() {
        int line = tokens.line();
        StringBuilder joined = new StringBuilder();
        while (tokens.peek().kind() == Kind.STRING) {
            joined.append(tokens.take().text());
        }
        return new Expression.Literal(joined.toString(), line);
    }

    private static Expression integer(Token token) {
        try {
            return new Expression.Literal(Long.valueOf(token.text()), token.line());
        } catch (NumberFormatException e) {
            throw new JinjaException(token.line(), "the number " + token.text() + " is too large");
        }
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                tokens.take();
                if (tokens.takeOperator(")")) {
                    yield new Expression.ListOf(List.of(), token.line());
                }
                Expression value = expressionOrTuple();
                tokens.expectOperator(")");
                yield value;
            }
            case "[" -> {
                tokens.take();
                List<Expression> items = new ArrayList<>();
                while (!tokens.takeOperator("]")) {
                    items.add(expression());
                    if (!tokens.peek().isOperator("]")) {
                        tokens.expectOperator(",");
                    }
                }
                yield new Expression.ListOf(List.copyOf(items), token.line());
            }
            case "{" -> {
                tokens.take();
                List<Map.Entry<Expression, Expression>> entries = new ArrayList<>();
                while (!tokens.takeOperator("}")) {
                    Expression key = expression();
                    tokens.expectOperator(":");
                    entries.add(Map.entry(key, expression()));
                    if (!tokens.peek().isOperator("}")) {
                        tokens.expectOperator(",");
                    }
                }
                yield new Expression.DictOf(List.copyOf(entries), token.line());
            }
            default -> throw tokens.unexpected("an expression");
        };
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            Token token = tokens.peek();
            if (token.isOperator(".")) {
                tokens.take();
                Token name = tokens.expect(Kind.NAME, "a name after '.'");
                result = new Expression.Attribute(result, name.text(), token.line());
            } else if (token.isOperator("[")) {
                tokens.take();
                result = subscript(result, token.line());
            } else if (token.isOperator("(")) {
                Arguments arguments = arguments();
                result = new Expression.Call(result, arguments.positional, arguments.keywords, token.line());
            } else {
                return result;
            }
        }
    }

    private Expression subscript(Expression target, int line) {
        Optional<Expression> start = tokens.peek().isOperator(":") ? Optional.empty() : Optional.of(expression());
        if (tokens.takeOperator("]")) {
            return new Expression.Index(target, start.orElseThrow(), line);
        }
        tokens.expectOperator(":");
        Optional<Expression> stop = startsExpression() ? Optional.of(expression()) : Optional.empty();
        Optional<Expression> step = Optional.empty();
        if (tokens.takeOperator(":")) {
            step = startsExpression() ? Optional.of(expression()) : Optional.empty();
        }
        tokens.expectOperator("]");
        return new Expression.Slice(target, start, stop, step, line);
    }

    private Expression filters(Expression value) {
        Expression result = value;
        while (true) {
            Token token = tokens.peek();
            if (token.isOperator("|")) {
                tokens.take();
                String name = dottedName();
                Arguments arguments = tokens.peek().isOperator("(") ? arguments() : Arguments.NONE;
                result = new Expression.Filter(result, name, arguments.positional, arguments.keywords, token.line());
            } else if (token.isName("is")) {
                tokens.take();
                result = test(result, token.line());
            } else if (token.isOperator("(")) {
                Arguments arguments = arguments();
                result = new Expression.Call(result, arguments.positional, arguments.keywords, token.line());
            } else {
                return result;
            }
        }
    }

    private Expression test(Expression input, int line) {
        boolean negated = tokens.takeName("not");
        String name = tokens.peek().isName("in") ? tokens.take().text() : dottedName();
        List<Expression> arguments = List.of();
        if (tokens.peek().isOperator("(")) {
            Arguments given = arguments();
            if (!given.keywords.isEmpty()) {
                throw new JinjaException(line, "named arguments of the test '" + name + "' are not supported");
            }
            arguments = given.positional;
        } else if (startsTestArgument()) {
            arguments = List.of(postfix(primary()));
        }
        return new Expression.Test(input, name, arguments, negated, line);
    }

    private boolean startsTestArgument() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> {
                if (token.isName("is")) {
                    throw new JinjaException(token.line(), "a test cannot follow a test: write 'and' between them");
                }
                yield !AFTER_TEST.contains(token.text());
            }
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            default -> false;
        };
    }

    private String dottedName() {
        StringBuilder name =
                new StringBuilder(tokens.expect(Kind.NAME, "a name").text());
        while (tokens.takeOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME, "a name").text());
        }
        return name.toString();
    }

    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> keywords = new LinkedHashMap<>();
        while (!tokens.takeOperator(")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.peekSecond().isOperator("=")) {
                Token name = tokens.take();
                tokens.take();
                if (keywords.put(name.text(), expression()) != null) {
                    throw new JinjaException(name.line(), "the argument '" + name.text() + "' is given twice");
                }
            } else if (tokens.peek().isOperator("*") || tokens.peek().isOperator("**")) {
                throw new JinjaException(tokens.line(), "unpacking arguments with '*' is not supported");
            } else if (keywords.isEmpty()) {
                positional.add(expression());
            } else {
                throw new JinjaException(tokens.line(), "a positional argument follows a named one");
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Arguments(List.copyOf(positional), keywords);
    }

    private record Arguments(List<Expression> positional, Map<String, Expression> keywords) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }
}
