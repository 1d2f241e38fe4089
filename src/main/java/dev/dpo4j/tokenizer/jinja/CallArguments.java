package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of a filter, method or function.
 *
 * @param callee what is called, for error messages
 */
record CallArguments(String callee, List<Object> positional, Map<String, Object> keywords, int line) {

    /** Refuses more positional arguments than {@code names}, and named ones that are not among them. */
    CallArguments allow(String... names) {
        if (positional.size() > names.length) {
            throw new JinjaException(line, callee + " takes at most " + names.length + " arguments");
        }
        List<String> known = List.of(names);
        for (String keyword : keywords.keySet()) {
            int position = known.indexOf(keyword);
            if (position < 0) {
                throw new JinjaException(line, callee + " has no argument '" + keyword + "' here");
            }
            if (position < positional.size()) {
                throw new JinjaException(line, callee + " is given '" + keyword + "' twice");
            }
        }
        return this;
    }

    void refuseAny() {
        if (!positional.isEmpty() || !keywords.isEmpty()) {
            throw new JinjaException(line, callee + " takes no arguments");
        }
    }

    Optional<Object> get(int position, String name) {
        return position < positional.size()
                ? Optional.of(positional.get(position))
                : Optional.ofNullable(keywords.get(name));
    }

    Object required(int position, String name) {
        return get(position, name)
                .orElseThrow(() -> new JinjaException(line, callee + " needs the argument '" + name + "'"));
    }

    String text(int position, String name) {
        Object value = required(position, name);
        if (value instanceof String text) {
            return text;
        }
        throw new JinjaException(line, callee + ": '" + name + "' must be a string, not " + Values.kind(value));
    }

    Optional<String> optionalText(int position, String name) {
        return get(position, name).filter(value -> value != None.NONE).map(value -> text(position, name));
    }

    Optional<Long> optionalInteger(int position, String name) {
        return get(position, name).filter(value -> value != None.NONE).map(value -> {
            if (value instanceof Long number) {
                return number;
            }
            throw new JinjaException(line, callee + ": '" + name + "' must be an integer, not " + Values.kind(value));
        });
    }

    boolean flag(int position, String name, boolean otherwise) {
        return get(position, name).map(Values::truth).orElse(otherwise);
    }
}
