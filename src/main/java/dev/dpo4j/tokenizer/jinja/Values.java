package dev.dpo4j.tokenizer.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Python's rules for truth, equality, order, printing and length. */
final class Values {

    private Values() {}

    static boolean truth(Object value) {
        return switch (value) {
            case None none -> false;
            case Undefined undefined -> false;
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case Collection<?> c -> !c.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            default -> true;
        };
    }

    static boolean equal(Object left, Object right) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Long x && b instanceof Double y) {
            return x.doubleValue() == y;
        }
        if (a instanceof Double x && b instanceof Long y) {
            return x == y.doubleValue();
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            if (x.size() != y.size()) {
                return false;
            }
            for (int i = 0; i < x.size(); i++) {
                if (!equal(x.get(i), y.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.size() == y.size()
                    && x.entrySet().stream().allMatch(entry -> {
                        Object other = y.get(entry.getKey());
                        return other != null && equal(entry.getValue(), other);
                    });
        }
        return (a instanceof Undefined && b instanceof Undefined) || a.equals(b);
    }

    /** True and False count as 1 and 0. */
    static Object number(Object value) {
        return value instanceof Boolean b ? (b ? 1L : 0L) : value;
    }

    static int compare(Object left, Object right, int line) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Long x && b instanceof Long y) {
            return x.compareTo(y);
        }
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        if (a instanceof String x && b instanceof String y) {
            return Arrays.compare(x.codePoints().toArray(), y.codePoints().toArray());
        }
        throw new JinjaException(line, "cannot compare " + kind(left) + " with " + kind(right));
    }

    static boolean contains(Object container, Object item, int line) {
        return switch (container) {
            case String text -> {
                if (item instanceof String part) {
                    yield text.contains(part);
                }
                throw new JinjaException(line, "'in <string>' needs a string before it, not " + kind(item));
            }
            case Map<?, ?> map -> map.containsKey(item);
            case Undefined undefined -> false;
            default -> items(container, line).stream().anyMatch(each -> equal(each, item));
        };
    }

    static long length(Object value, int line) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Collection<?> collection -> collection.size();
            case Map<?, ?> map -> map.size();
            case Undefined undefined -> 0;
            default -> throw new JinjaException(line, kind(value) + " has no length");
        };
    }

    /** What a loop goes through: a dictionary's keys, a string's characters. */
    static List<Object> items(Object value, int line) {
        return switch (value) {
            case List<?> list -> List.copyOf(list);
            case Lazy lazy -> lazy.items();
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case String text ->
                List.copyOf(text.codePoints().mapToObj(Character::toString).toList());
            case Undefined undefined -> List.of();
            default -> throw new JinjaException(line, kind(value) + " cannot be looped over");
        };
    }

    /** As {@code str(value)}, but that what is undefined is empty. */
    static String string(Object value, int line) {
        return switch (value) {
            case String text -> text;
            case Undefined undefined -> "";
            default -> representation(value, line);
        };
    }

    /** As {@code repr(value)}. */
    static String representation(Object value, int line) {
        return switch (value) {
            case None none -> "None";
            case Boolean b -> b ? "True" : "False";
            case Long l -> l.toString();
            case Double d -> real(d, line);
            case String text -> quoted(text, line);
            case List<?> list -> {
                StringJoiner joined = new StringJoiner(", ", "[", "]");
                list.forEach(item -> joined.add(representation(item, line)));
                yield joined.toString();
            }
            case Map<?, ?> map -> {
                StringJoiner joined = new StringJoiner(", ", "{", "}");
                map.forEach((key, item) -> joined.add(representation(key, line) + ": " + representation(item, line)));
                yield joined.toString();
            }
            case Undefined undefined -> "Undefined";
            default -> throw new JinjaException(line, kind(value) + " cannot be printed");
        };
    }

    /** Python's shortest digits; the exponents at which it changes to scientific notation are left out. */
    static String real(double value, int line) {
        double magnitude = Math.abs(value);
        if (value != 0 && !(magnitude >= 1e-4 && magnitude < 1e16)) {
            throw new JinjaException(line, "printing the number " + value + " is not supported");
        }
        String plain = new BigDecimal(Double.toString(value)).toPlainString();
        String sign = Double.compare(value, -0.0) == 0 ? "-" : "";
        return sign + (plain.contains(".") ? plain : plain + ".0");
    }

    private static String quoted(String text, int line) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (c == quote) {
                        quoted.append('\\').append(quote);
                    } else if ((c >= 0x20 && c < 0x7f) || (c > 0xa0 && Character.isLetterOrDigit(c))) {
                        quoted.appendCodePoint(c);
                    } else {
                        throw new JinjaException(
                                line,
                                "printing a list or dictionary with the character U+%04X".formatted(c)
                                        + " is not supported");
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    static String kind(Object value) {
        return switch (value) {
            case None none -> "None";
            case Undefined undefined -> undefined.what() + ", which is undefined,";
            case Boolean b -> "a boolean";
            case Long l -> "an integer";
            case Double d -> "a float";
            case String s -> "a string";
            case Lazy lazy -> "a generator";
            case Collection<?> c -> "a list";
            case Map<?, ?> m -> "a dictionary";
            case Namespace namespace -> "a namespace";
            case Callable callable -> "a function";
            default -> "a loop";
        };
    }

    /** Java's values of a request or configuration as template values. */
    static Object of(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> copy.put(key, of(item)));
                yield copy;
            }
            case Collection<?> collection -> {
                List<Object> copy = new ArrayList<>();
                collection.forEach(item -> copy.add(of(item)));
                yield List.copyOf(copy);
            }
            case Integer i -> i.longValue();
            case String s -> s;
            case Boolean b -> b;
            case Long l -> l;
            case Double d -> d;
            case None none -> none;
            default -> throw new IllegalArgumentException("no template value: " + value.getClass());
        };
    }
}
