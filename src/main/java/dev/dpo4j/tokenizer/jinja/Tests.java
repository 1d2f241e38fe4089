package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tests behind {@code is}; any other is refused by name. */
final class Tests {

    private Tests() {}

    static boolean apply(String name, Object value, List<Object> arguments, int line) {
        return switch (name) {
            case "defined" -> without(name, arguments, line, !(value instanceof Undefined));
            case "undefined" -> without(name, arguments, line, value instanceof Undefined);
            case "none" -> without(name, arguments, line, value == None.NONE);
            case "string" -> without(name, arguments, line, value instanceof String);
            case "mapping" -> without(name, arguments, line, value instanceof Map);
            case "sequence" ->
                without(
                        name,
                        arguments,
                        line,
                        value instanceof String
                                || value instanceof List
                                || value instanceof Map
                                || value instanceof Undefined);
            case "iterable" ->
                without(
                        name,
                        arguments,
                        line,
                        value instanceof String
                                || value instanceof List
                                || value instanceof Map
                                || value instanceof Undefined
                                || value instanceof Lazy);
            case "boolean" -> without(name, arguments, line, value instanceof Boolean);
            case "true" -> without(name, arguments, line, Boolean.TRUE.equals(value));
            case "false" -> without(name, arguments, line, Boolean.FALSE.equals(value));
            case "integer" -> without(name, arguments, line, value instanceof Long);
            case "float" -> without(name, arguments, line, value instanceof Double);
            case "number" -> without(name, arguments, line, value instanceof Number || value instanceof Boolean);
            case "odd" -> without(name, arguments, line, Math.floorMod(integer(name, value, line), 2L) == 1);
            case "even" -> without(name, arguments, line, Math.floorMod(integer(name, value, line), 2L) == 0);
            case "divisibleby" -> {
                long divisor = integer(name, one(name, arguments, line), line);
                if (divisor == 0) {
                    throw new JinjaException(line, "'divisibleby' of zero");
                }
                yield Math.floorMod(integer(name, value, line), divisor) == 0;
            }
            case "lower" -> without(name, arguments, line, isLower(value, line));
            case "upper" -> without(name, arguments, line, isUpper(value, line));
            case "equalto", "eq", "==" -> Values.equal(value, one(name, arguments, line));
            case "ne", "!=" -> !Values.equal(value, one(name, arguments, line));
            case "lt", "lessthan", "<" -> Values.compare(value, one(name, arguments, line), line) < 0;
            case "le", "<=" -> Values.compare(value, one(name, arguments, line), line) <= 0;
            case "gt", "greaterthan", ">" -> Values.compare(value, one(name, arguments, line), line) > 0;
            case "ge", ">=" -> Values.compare(value, one(name, arguments, line), line) >= 0;
            case "in" -> Values.contains(one(name, arguments, line), value, line);
            default -> throw new JinjaException(line, "the test '" + name + "' is not supported");
        };
    }

    private static boolean without(String name, List<Object> arguments, int line, boolean result) {
        if (!arguments.isEmpty()) {
            throw new JinjaException(line, "the test '" + name + "' takes no argument");
        }
        return result;
    }

    private static Object one(String name, List<Object> arguments, int line) {
        if (arguments.size() != 1) {
            throw new JinjaException(line, "the test '" + name + "' takes one argument");
        }
        return arguments.getFirst();
    }

    private static long integer(String name, Object value, int line) {
        if (Values.number(value) instanceof Long number) {
            return number;
        }
        throw new JinjaException(line, "the test '" + name + "' needs an integer, not " + Values.kind(value));
    }

    private static boolean isLower(Object value, int line) {
        String text = Values.string(value, line);
        return !text.equals(text.toUpperCase(Locale.ROOT)) && text.equals(text.toLowerCase(Locale.ROOT));
    }

    private static boolean isUpper(Object value, int line) {
        String text = Values.string(value, line);
        return !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(text.toUpperCase(Locale.ROOT));
    }
}
