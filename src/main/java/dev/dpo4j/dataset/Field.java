package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A JSON value and where it stands, so that every complaint names its place.
 *
 * @param node the value
 * @param pointer its JSON pointer
 */
record Field(JsonNode node, String pointer) {

    /** A member; null counts as absent, as data sets write it. */
    Optional<Field> find(String name) {
        JsonNode member = node.path(name);
        return member.isMissingNode() || member.isNull() ? Optional.empty() : Optional.of(new Field(member, at(name)));
    }

    Field get(String name) {
        return find(name).orElseThrow(() -> new InvalidRowException(at(name), "is missing"));
    }

    boolean has(String name) {
        return find(name).isPresent();
    }

    List<Field> items() {
        requireArray();
        List<Field> items = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            items.add(new Field(node.get(i), pointer + "/" + i));
        }
        return items;
    }

    String text() {
        if (!node.isString()) {
            throw invalid("must be a string, not " + kind());
        }
        return node.asString();
    }

    void requireObject() {
        if (!node.isObject()) {
            throw invalid("must be an object, not " + kind());
        }
    }

    void requireArray() {
        if (!node.isArray()) {
            throw invalid("must be a list, not " + kind());
        }
    }

    /** Whether this is a list whose first item passes; the kinds of list differ in what they hold. */
    boolean startsWith(java.util.function.Predicate<JsonNode> item) {
        return node.isArray() && !node.isEmpty() && item.test(node.get(0));
    }

    InvalidRowException invalid(String reason) {
        return new InvalidRowException(pointer, reason);
    }

    String kind() {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "the number " + node.asString();
            case BOOLEAN -> node.asString();
            case NULL -> "null";
            default -> "nothing";
        };
    }

    String at(String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
