package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The filters that chat templates use; any other is refused by name. */
final class Filters {

    private Filters() {}

    static Object apply(String name, Object input, CallArguments arguments, Budget budget) {
        int line = arguments.line();
        return switch (name) {
            case "trim" -> StringMethods.strip(string(input, line), arguments.allow("chars"), true, true);
            case "length", "count" -> {
                arguments.refuseAny();
                yield Values.length(input, line);
            }
            case "lower" -> unary(arguments, string(input, line).toLowerCase(Locale.ROOT));
            case "upper" -> unary(arguments, string(input, line).toUpperCase(Locale.ROOT));
            case "capitalize" -> unary(arguments, StringMethods.capitalized(string(input, line)));
            case "string" -> unary(arguments, string(input, line));
            case "replace" -> StringMethods.replace(string(input, line), arguments.allow("old", "new", "count"));
            case "join" -> join(input, arguments.allow("d", "attribute"), budget);
            case "default", "d" -> {
                arguments.allow("default_value", "boolean");
                boolean missing =
                        input instanceof Undefined || (arguments.flag(1, "boolean", false) && !Values.truth(input));
                yield missing ? arguments.get(0, "default_value").orElse("") : input;
            }
            case "tojson" -> Json.write(input, arguments.allow("ensure_ascii", "indent", "separators", "sort_keys"));
            case "first" -> {
                arguments.refuseAny();
                List<Object> items = Values.items(input, line);
                yield items.isEmpty() ? new Undefined("the first item of nothing") : items.getFirst();
            }
            case "last" -> {
                arguments.refuseAny();
                if (input instanceof Lazy) {
                    throw new JinjaException(line, "'last' of a generator: put the filter 'list' before it");
                }
                List<Object> items = Values.items(input, line);
                yield items.isEmpty() ? new Undefined("the last item of nothing") : items.getLast();
            }
            case "list" -> unary(arguments, Values.items(input, line));
            case "reverse" -> reversed(input, arguments, line);
            case "items" -> items(input, arguments, line);
            case "int" -> integer(input, arguments, line);
            case "abs" -> absolute(input, arguments, line);
            case "indent" -> indented(string(input, line), arguments.allow("width", "first", "blank"));
            case "map" -> map(input, arguments, budget, line);
            case "select" -> select(input, arguments, line, false);
            case "reject" -> select(input, arguments, line, true);
            case "selectattr" -> selectAttribute(input, arguments, line, false);
            case "rejectattr" -> selectAttribute(input, arguments, line, true);
            default -> throw new JinjaException(line, "the filter '" + name + "' is not supported");
        };
    }

    private static String string(Object input, int line) {
        return Values.string(input, line);
    }

    private static Object unary(CallArguments arguments, Object result) {
        arguments.refuseAny();
        return result;
    }

    private static Object join(Object input, CallArguments arguments, Budget budget) {
        int line = arguments.line();
        String separator = arguments.optionalText(0, "d").orElse("");
        Optional<Object> attribute = arguments.get(1, "attribute");
        List<String> parts = Values.items(input, line).stream()
                .map(item -> string(attribute.map(path -> at(item, path, line)).orElse(item), line))
                .toList();
        long length = parts.stream()
                .mapToLong(part -> (long) part.length() + separator.length())
                .sum();
        budget.text(length, line);
        return String.join(separator, parts);
    }

    /** A dotted path of names and numbers, as {@code map(attribute=...)} takes it. */
    private static Object at(Object item, Object path, int line) {
        if (!(path instanceof String names)) {
            return Access.item(item, path, line);
        }
        Object value = item;
        for (String name : names.split("\\.", -1)) {
            boolean number = !name.isEmpty() && name.chars().allMatch(Character::isDigit);
            value = number ? Access.item(value, Long.valueOf(name), line) : Access.item(value, name, line);
        }
        return value;
    }

    private static Object reversed(Object input, CallArguments arguments, int line) {
        arguments.refuseAny();
        List<Object> items = Values.items(input, line).reversed();
        if (input instanceof String) {
            return items.stream().map(String.class::cast).collect(Collectors.joining());
        }
        return new Lazy(List.copyOf(items));
    }

    private static Object items(Object input, CallArguments arguments, int line) {
        arguments.refuseAny();
        return switch (input) {
            case Undefined undefined -> new Lazy(List.of());
            case Map<?, ?> map -> new Lazy(Access.pairs(map));
            default -> throw new JinjaException(line, "'items' of " + Values.kind(input));
        };
    }

    private static Object integer(Object input, CallArguments arguments, int line) {
        arguments.allow("default");
        Object otherwise = arguments.get(0, "default").orElse(0L);
        return switch (Values.number(input)) {
            case Long number -> number;
            case Double number -> (long) number.doubleValue();
            case String text when Text.strip(text).matches("[+-]?[0-9]{1,18}") -> Long.valueOf(Text.strip(text));
            case String text when !text.matches(".*[0-9_].*") -> otherwise;
            case None none -> otherwise;
            default -> throw new JinjaException(line, "'int' of " + Values.kind(input) + " is not supported");
        };
    }

    private static Object absolute(Object input, CallArguments arguments, int line) {
        arguments.refuseAny();
        return switch (Values.number(input)) {
            case Long number -> Math.absExact(number);
            case Double number -> Math.abs(number);
            default -> throw new JinjaException(line, "'abs' of " + Values.kind(input));
        };
    }

    private static Object indented(String text, CallArguments arguments) {
        Object width = arguments.get(0, "width").orElse(4L);
        String indent = width instanceof Long spaces
                ? " ".repeat(Math.clamp(spaces, 0, 1000))
                : string(width, arguments.line());
        boolean first = arguments.flag(1, "first", false);
        boolean blank = arguments.flag(2, "blank", false);
        String[] lines = text.split("\n", -1);
        StringBuilder indented = new StringBuilder(first ? indent : "").append(lines[0]);
        for (int i = 1; i < lines.length; i++) {
            indented.append('\n')
                    .append(blank || !lines[i].isEmpty() ? indent : "")
                    .append(lines[i]);
        }
        return indented.toString();
    }

    private static Object map(Object input, CallArguments arguments, Budget budget, int line) {
        List<Object> items = Values.items(input, line);
        if (arguments.positional().isEmpty()) {
            arguments.allow("attribute", "default");
            Object path = arguments.required(0, "attribute");
            Optional<Object> otherwise = arguments.get(1, "default");
            return new Lazy(items.stream()
                    .map(item -> at(item, path, line))
                    .map(value -> value instanceof Undefined ? otherwise.orElse(value) : value)
                    .toList());
        }
        String filter = arguments.text(0, "name");
        CallArguments rest = new CallArguments(
                "the filter '" + filter + "'",
                arguments.positional().subList(1, arguments.positional().size()),
                arguments.keywords(),
                line);
        return new Lazy(
                items.stream().map(item -> apply(filter, item, rest, budget)).toList());
    }

    private static Object select(Object input, CallArguments arguments, int line, boolean negated) {
        Predicate<Object> test = test(arguments.positional(), line);
        return filtered(input, item -> test.test(item) != negated, line);
    }

    private static Object selectAttribute(Object input, CallArguments arguments, int line, boolean negated) {
        Object path = arguments.required(0, "attribute");
        Predicate<Object> test =
                test(arguments.positional().subList(1, arguments.positional().size()), line);
        return filtered(input, item -> test.test(at(item, path, line)) != negated, line);
    }

    private static Predicate<Object> test(List<Object> nameAndArguments, int line) {
        if (nameAndArguments.isEmpty()) {
            return Values::truth;
        }
        String name = string(nameAndArguments.getFirst(), line);
        List<Object> rest = nameAndArguments.subList(1, nameAndArguments.size());
        return item -> Tests.apply(name, item, rest, line);
    }

    private static Object filtered(Object input, Predicate<Object> kept, int line) {
        return new Lazy(Values.items(input, line).stream().filter(kept).toList());
    }
}
