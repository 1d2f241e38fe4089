package dev.dpo4j.tokenizer.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code namespace(...)}: the one thing whose attributes a template may set. */
final class Namespace {

    private final Map<String, Object> attributes = new LinkedHashMap<>();

    Namespace(Map<String, Object> initial) {
        attributes.putAll(initial);
    }

    void set(String name, Object value) {
        attributes.put(name, value);
    }

    Object get(String name) {
        return attributes.getOrDefault(name, new Undefined("namespace attribute '" + name + "'"));
    }
}
