package dev.dpo4j.api;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Strings before which a text ends.
 *
 * @param strings none of them empty
 */
record StopStrings(List<String> strings) {

    private static final int MOST = 4;

    StopStrings {
        strings = List.copyOf(strings);
    }

    /**
     * OpenAI's {@code stop}: nothing, a string, or up to four.
     *
     * @throws ApiException if it is something else
     */
    static StopStrings parse(@Nullable JsonNode stop) {
        if (stop == null || stop.isNull()) {
            return new StopStrings(List.of());
        }
        if (!stop.isArray()) {
            return new StopStrings(List.of(string(stop, "stop")));
        }
        if (stop.size() > MOST) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    "stop",
                    "/stop: has %d strings, and may have %d".formatted(stop.size(), MOST));
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode item : stop) {
            strings.add(string(item, "stop." + strings.size()));
        }
        return new StopStrings(strings);
    }

    private static String string(JsonNode node, String param) {
        if (!node.isString()) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_TYPE,
                    param,
                    JsonPointers.ofParam(param) + ": must be a string, or a list of strings");
        }
        if (node.asString().isEmpty()) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE, param, JsonPointers.ofParam(param) + ": must not be empty");
        }
        return node.asString();
    }

    boolean isEmpty() {
        return strings.isEmpty();
    }

    /** Where in a text the first of them begins. */
    OptionalInt firstIn(String text) {
        return strings.stream()
                .mapToInt(text::indexOf)
                .filter(index -> index >= 0)
                .min();
    }
}
