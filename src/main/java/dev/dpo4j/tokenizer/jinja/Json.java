package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code json.dumps} as transformers offers it to templates: no HTML escapes, {@code ", "} and {@code ": "} between. */
final class Json {

    private final boolean ensureAscii;
    private final boolean sortKeys;
    private final Optional<String> indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final int line;
    private final StringBuilder out = new StringBuilder();

    private Json(CallArguments arguments) {
        line = arguments.line();
        ensureAscii = arguments.flag(0, "ensure_ascii", false);
        indent = arguments.optionalInteger(1, "indent").map(width -> " ".repeat(Math.clamp(width, 0, 100)));
        sortKeys = arguments.flag(3, "sort_keys", false);
        Optional<Object> separators = arguments.get(2, "separators").filter(value -> value != None.NONE);
        if (separators.isEmpty()) {
            itemSeparator = indent.isPresent() ? "," : ", ";
            keySeparator = ": ";
        } else if (separators.get() instanceof List<?> pair
                && pair.size() == 2
                && pair.get(0) instanceof String item
                && pair.get(1) instanceof String key) {
            itemSeparator = item;
            keySeparator = key;
        } else {
            throw new JinjaException(line, "'tojson': 'separators' must be two strings");
        }
    }

    static String write(Object value, CallArguments arguments) {
        Json json = new Json(arguments);
        json.value(value, 1);
        return json.out.toString();
    }

    private void value(Object value, int depth) {
        switch (value) {
            case None none -> out.append("null");
            case Boolean b -> out.append(b.booleanValue());
            case Long l -> out.append(l.longValue());
            case Double d -> out.append(Values.real(d, line));
            case String text -> string(text);
            case List<?> list -> enclosed('[', ']', list.size(), depth, i -> value(list.get(i), depth + 1));
            case Map<?, ?> map -> {
                List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
                if (sortKeys) {
                    entries.sort((a, b) -> Values.compare(a.getKey(), b.getKey(), line));
                }
                enclosed('{', '}', entries.size(), depth, i -> {
                    string(Values.string(entries.get(i).getKey(), line));
                    out.append(keySeparator);
                    value(entries.get(i).getValue(), depth + 1);
                });
            }
            default -> throw new JinjaException(line, "'tojson' of " + Values.kind(value));
        }
    }

    private void enclosed(char open, char close, int size, int depth, java.util.function.IntConsumer item) {
        out.append(open);
        for (int i = 0; i < size; i++) {
            out.append(i > 0 ? itemSeparator : "");
            newline(depth);
            item.accept(i);
        }
        if (size > 0) {
            newline(depth - 1);
        }
        out.append(close);
    }

    private void newline(int depth) {
        indent.ifPresent(width -> out.append('\n').repeat(width, depth));
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || (ensureAscii && c > 0x7e)) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
