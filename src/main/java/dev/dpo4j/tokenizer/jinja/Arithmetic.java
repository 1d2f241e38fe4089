package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's {@code + - * / // %}. */
final class Arithmetic {

    private Arithmetic() {}

    static Object apply(String operator, Object left, Object right, Budget budget, int line) {
        Object a = Values.number(left);
        Object b = Values.number(right);
        try {
            if (a instanceof Long x && b instanceof Long y) {
                return integers(operator, x, y, line);
            }
            if (a instanceof Number x && b instanceof Number y) {
                return reals(operator, x.doubleValue(), y.doubleValue(), line);
            }
        } catch (ArithmeticException e) {
            throw new JinjaException(line, "'" + operator + "': " + e.getMessage());
        }
        if (operator.equals("+") && left instanceof String x && right instanceof String y) {
            budget.text((long) x.length() + y.length(), line);
            return x + y;
        }
        if (operator.equals("+") && left instanceof List<?> x && right instanceof List<?> y) {
            budget.text((long) x.size() + y.size(), line);
            List<Object> joined = new ArrayList<>(x);
            joined.addAll(y);
            return List.copyOf(joined);
        }
        if (operator.equals("*") && left instanceof String x && b instanceof Long times) {
            long repeats = Math.max(times, 0);
            budget.text(
                    x.isEmpty()
                            ? 0
                            : Math.multiplyHigh(x.length(), repeats) == 0 ? x.length() * repeats : Long.MAX_VALUE,
                    line);
            return x.isEmpty() ? "" : x.repeat((int) repeats);
        }
        throw new JinjaException(
                line, "'" + operator + "' between " + Values.kind(left) + " and " + Values.kind(right));
    }

    private static Object integers(String operator, long x, long y, int line) {
        return switch (operator) {
            case "+" -> Math.addExact(x, y);
            case "-" -> Math.subtractExact(x, y);
            case "*" -> Math.multiplyExact(x, y);
            case "/" -> {
                if (y == 0) {
                    throw new JinjaException(line, "division by zero");
                }
                yield (double) x / y;
            }
            case "//" -> Math.floorDiv(x, y);
            case "%" -> Math.floorMod(x, y);
            default -> throw new JinjaException(line, "the operator '" + operator + "' is not supported");
        };
    }

    private static Object reals(String operator, double x, double y, int line) {
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> {
                if (y == 0) {
                    throw new JinjaException(line, "division by zero");
                }
                yield x / y;
            }
            default -> throw new JinjaException(line, "the operator '" + operator + "' on floats is not supported");
        };
    }
}
