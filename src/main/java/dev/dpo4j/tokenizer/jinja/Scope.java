package dev.dpo4j.tokenizer.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Variables: what is assigned inside a loop or macro is gone after it, as in Jinja2. */
final class Scope {

    private final Map<String, Object> variables = new HashMap<>();
    private final Optional<Scope> parent;

    Scope() {
        this.parent = Optional.empty();
    }

    Scope(Scope parent) {
        this.parent = Optional.of(parent);
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    Object get(String name) {
        Object value = variables.get(name);
        if (value != null) {
            return value;
        }
        return parent.isPresent() ? parent.get().get(name) : new Undefined("'" + name + "'");
    }
}
