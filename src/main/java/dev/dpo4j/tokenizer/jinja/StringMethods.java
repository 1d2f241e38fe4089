package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** Methods of Python's {@code str}. */
final class StringMethods {

    private static final Set<String> OTHERS = Set.of(
            "casefold",
            "center",
            "encode",
            "expandtabs",
            "format",
            "format_map",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "join",
            "ljust",
            "maketrans",
            "partition",
            "removeprefix",
            "removesuffix",
            "rindex",
            "rjust",
            "rpartition",
            "splitlines",
            "swapcase",
            "translate",
            "zfill");

    private StringMethods() {}

    static Optional<Callable> named(String text, String name, int line) {
        Optional<Body> body = body(name);
        if (body.isEmpty() && OTHERS.contains(name)) {
            throw new JinjaException(line, "the string method '" + name + "' is not supported");
        }
        return body.map(method -> (arguments, keywords, at) ->
                method.apply(text, new CallArguments("'" + name + "'", arguments, keywords, at)));
    }

    private static Optional<Body> body(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "strip" -> (text, arguments) -> strip(text, arguments.allow("chars"), true, true);
                    case "lstrip" -> (text, arguments) -> strip(text, arguments.allow("chars"), true, false);
                    case "rstrip" -> (text, arguments) -> strip(text, arguments.allow("chars"), false, true);
                    case "upper" -> without((text) -> text.toUpperCase(Locale.ROOT));
                    case "lower" -> without((text) -> text.toLowerCase(Locale.ROOT));
                    case "title" -> without(StringMethods::title);
                    case "capitalize" -> without(StringMethods::capitalized);
                    case "startswith" ->
                        (text, arguments) ->
                                affixes(arguments.allow("prefix")).stream().anyMatch(text::startsWith);
                    case "endswith" ->
                        (text, arguments) ->
                                affixes(arguments.allow("suffix")).stream().anyMatch(text::endsWith);
                    case "replace" -> (text, arguments) -> replace(text, arguments.allow("old", "new", "count"));
                    case "split" -> (text, arguments) -> split(text, arguments.allow("sep", "maxsplit"), false);
                    case "rsplit" -> (text, arguments) -> split(text, arguments.allow("sep", "maxsplit"), true);
                    case "find" ->
                        (text, arguments) -> {
                            int at = text.indexOf(arguments.allow("sub").text(0, "sub"));
                            return at < 0 ? -1L : text.codePointCount(0, at);
                        };
                    case "rfind" ->
                        (text, arguments) -> {
                            int at = text.lastIndexOf(arguments.allow("sub").text(0, "sub"));
                            return at < 0 ? -1L : text.codePointCount(0, at);
                        };
                    case "count" ->
                        (text, arguments) -> {
                            String part = arguments.allow("sub").text(0, "sub");
                            return part.isEmpty()
                                    ? text.codePointCount(0, text.length()) + 1L
                                    : pieces(text, part, Integer.MAX_VALUE).size() - 1L;
                        };
                    default -> null;
                });
    }

    static Object strip(String text, CallArguments arguments, boolean start, boolean end) {
        Optional<String> characters = arguments.optionalText(0, "chars");
        IntPredicate stripped =
                characters.<IntPredicate>map(set -> c -> set.indexOf(c) >= 0).orElse(Text::isSpace);
        String result = start ? Text.stripStart(text, stripped) : text;
        return end ? Text.stripEnd(result, stripped) : result;
    }

    /** Python's {@code title}: a letter after a letter is lower case, any other upper case. */
    static String title(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        boolean afterLetter = false;
        for (int c : text.codePoints().toArray()) {
            titled.appendCodePoint(afterLetter ? Character.toLowerCase(c) : Character.toTitleCase(c));
            afterLetter = Character.isLetter(c);
        }
        return titled.toString();
    }

    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        return Character.toString(Character.toTitleCase(first))
                + text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
    }

    static String replace(String text, CallArguments arguments) {
        String old = arguments.text(0, "old");
        String replacement = arguments.text(1, "new");
        long count = arguments.optionalInteger(2, "count").orElse(-1L);
        if (old.isEmpty()) {
            throw new JinjaException(arguments.line(), "'replace' of an empty string is not supported");
        }
        int times = count < 0 ? Integer.MAX_VALUE : (int) Math.min(count, Integer.MAX_VALUE);
        return String.join(replacement, pieces(text, old, times));
    }

    private static List<String> pieces(String text, String separator, int splits) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && pieces.size() < splits; at = text.indexOf(separator, from)) {
            pieces.add(text.substring(from, at));
            from = at + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static List<String> piecesFromEnd(String text, String separator, int splits) {
        List<String> pieces = new ArrayList<>();
        int end = text.length();
        for (int at = text.lastIndexOf(separator);
                at >= 0 && pieces.size() < splits;
                at = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length())) {
            pieces.addFirst(text.substring(at + separator.length(), end));
            end = at;
        }
        pieces.addFirst(text.substring(0, end));
        return pieces;
    }

    private static final Pattern SPACE = Pattern.compile(
            "[\\s\\u000b\\u001c-\\u001f\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+");

    private static Object split(String text, CallArguments arguments, boolean fromEnd) {
        long limit = arguments.optionalInteger(1, "maxsplit").orElse(-1L);
        int splits = limit < 0 ? Integer.MAX_VALUE : (int) Math.min(limit, Integer.MAX_VALUE);
        Optional<String> separator = arguments.optionalText(0, "sep");
        if (separator.isEmpty()) {
            if (limit >= 0) {
                throw new JinjaException(arguments.line(), "'split' at white space with 'maxsplit' is not supported");
            }
            String stripped = Text.strip(text);
            return stripped.isEmpty() ? List.of() : List.<Object>of((Object[]) SPACE.split(stripped));
        }
        if (separator.get().isEmpty()) {
            throw new JinjaException(arguments.line(), "'split' at an empty separator");
        }
        List<String> pieces =
                fromEnd ? piecesFromEnd(text, separator.get(), splits) : pieces(text, separator.get(), splits);
        return List.<Object>copyOf(pieces);
    }

    private static List<String> affixes(CallArguments arguments) {
        Object affix =
                arguments.get(0, "prefix").or(() -> arguments.get(0, "suffix")).orElse(None.NONE);
        List<?> affixes = affix instanceof List<?> several ? several : List.of(affix);
        return affixes.stream()
                .map(each -> {
                    if (each instanceof String text) {
                        return text;
                    }
                    throw new JinjaException(
                            arguments.line(), arguments.callee() + " needs a string, not " + Values.kind(each));
                })
                .toList();
    }

    private static Body without(java.util.function.UnaryOperator<String> method) {
        return (text, arguments) -> {
            arguments.refuseAny();
            return method.apply(text);
        };
    }

    @FunctionalInterface
    private interface Body {
        Object apply(String text, CallArguments arguments);
    }
}
