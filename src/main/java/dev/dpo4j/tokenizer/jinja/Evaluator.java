package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Expressions to values. */
final class Evaluator {

    private final Budget budget;

    Evaluator(Budget budget) {
        this.budget = budget;
    }

    Object evaluate(Expression expression, Scope scope) {
        budget.step(expression.line());
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> evaluateAll(list.items(), scope);
            case Expression.DictOf dict -> dictionary(dict, scope);
            case Expression.Not not -> !Values.truth(evaluate(not.operand(), scope));
            case Expression.Sign sign -> sign(sign, evaluate(sign.operand(), scope));
            case Expression.And and -> {
                Object left = evaluate(and.left(), scope);
                yield Values.truth(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Object left = evaluate(or.left(), scope);
                yield Values.truth(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Arithmetic arithmetic ->
                Arithmetic.apply(
                        arithmetic.operator(),
                        evaluate(arithmetic.left(), scope),
                        evaluate(arithmetic.right(), scope),
                        budget,
                        arithmetic.line());
            case Expression.Concat concat -> {
                String left = Values.string(evaluate(concat.left(), scope), concat.line());
                String right = Values.string(evaluate(concat.right(), scope), concat.line());
                budget.text(left.length() + right.length(), concat.line());
                yield left + right;
            }
            case Expression.Comparison comparison -> comparison(comparison, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
            case Expression.Attribute attribute ->
                Access.attribute(evaluate(attribute.target(), scope), attribute.name(), attribute.line());
            case Expression.Index index ->
                Access.item(evaluate(index.target(), scope), evaluate(index.index(), scope), index.line());
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope);
            case Expression.Filter filter ->
                Filters.apply(
                        filter.name(),
                        evaluate(filter.input(), scope),
                        new CallArguments(
                                "the filter '" + filter.name() + "'",
                                evaluateAll(filter.arguments(), scope),
                                evaluateAll(filter.keywords(), scope),
                                filter.line()),
                        budget);
            case Expression.Test test ->
                Tests.apply(
                                test.name(),
                                evaluate(test.input(), scope),
                                evaluateAll(test.arguments(), scope),
                                test.line())
                        != test.negated();
        };
    }

    private List<Object> evaluateAll(List<Expression> expressions, Scope scope) {
        return expressions.stream().map(each -> evaluate(each, scope)).toList();
    }

    private Map<String, Object> evaluateAll(Map<String, Expression> expressions, Scope scope) {
        Map<String, Object> values = new LinkedHashMap<>();
        expressions.forEach((name, each) -> values.put(name, evaluate(each, scope)));
        return values;
    }

    private Map<Object, Object> dictionary(Expression.DictOf dict, Scope scope) {
        Map<Object, Object> values = new LinkedHashMap<>();
        dict.entries().forEach(entry -> {
            Object key = evaluate(entry.getKey(), scope);
            if (!(key instanceof String || key instanceof Long)) {
                throw new JinjaException(dict.line(), "a dictionary's keys must be strings or integers");
            }
            values.put(key, evaluate(entry.getValue(), scope));
        });
        return values;
    }

    private static Object sign(Expression.Sign sign, Object operand) {
        return switch (Values.number(operand)) {
            case Long l -> sign.negative() ? (Object) Math.negateExact(l) : l;
            case Double d -> sign.negative() ? (Object) (-d) : d;
            default -> throw new JinjaException(sign.line(), "a sign before " + Values.kind(operand));
        };
    }

    private boolean comparison(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Expression.Comparison.Step step : comparison.steps()) {
            Object right = evaluate(step.operand(), scope);
            if (!holds(left, step.operator(), right, comparison.line())) {
                return false;
            }
            left = right;
        }
        return true;
    }

    static boolean holds(Object left, String operator, Object right, int line) {
        return switch (operator) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "<" -> Values.compare(left, right, line) < 0;
            case "<=" -> Values.compare(left, right, line) <= 0;
            case ">" -> Values.compare(left, right, line) > 0;
            case ">=" -> Values.compare(left, right, line) >= 0;
            case "in" -> Values.contains(right, left, line);
            case "not in" -> !Values.contains(right, left, line);
            default -> throw new JinjaException(line, "the operator '" + operator + "' is not supported");
        };
    }

    private Object conditional(Expression.Conditional conditional, Scope scope) {
        if (Values.truth(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        return conditional
                .otherwise()
                .map(otherwise -> evaluate(otherwise, scope))
                .orElseGet(() -> new Undefined("the missing 'else' of an inline 'if'"));
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object target = evaluate(slice.target(), scope);
        Optional<Long> start = bound(slice.start(), scope, slice.line());
        Optional<Long> stop = bound(slice.stop(), scope, slice.line());
        long step = bound(slice.step(), scope, slice.line()).orElse(1L);
        if (step == 0) {
            throw new JinjaException(slice.line(), "a slice's step is 0");
        }
        return switch (target) {
            case String text ->
                Slices.of(Values.items(text, slice.line()), start, stop, step).stream()
                        .map(String.class::cast)
                        .collect(Collectors.joining());
            case List<?> list -> Slices.of(List.<Object>copyOf(list), start, stop, step);
            default -> throw new JinjaException(slice.line(), Values.kind(target) + " cannot be sliced");
        };
    }

    private Optional<Long> bound(Optional<Expression> expression, Scope scope, int line) {
        return expression
                .map(each -> evaluate(each, scope))
                .filter(value -> value != None.NONE)
                .map(value -> {
                    if (value instanceof Long bound) {
                        return bound;
                    }
                    throw new JinjaException(line, "a slice's bounds must be integers, not " + Values.kind(value));
                });
    }

    private Object call(Expression.Call call, Scope scope) {
        Object callee = evaluate(call.callee(), scope);
        if (!(callee instanceof Callable callable)) {
            throw new JinjaException(call.line(), Values.kind(callee) + " cannot be called");
        }
        List<Object> arguments = new ArrayList<>(evaluateAll(call.arguments(), scope));
        return callable.call(arguments, evaluateAll(call.keywords(), scope), call.line());
    }
}
