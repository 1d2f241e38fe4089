package dev.dpo4j.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The preferences of a request: one object, a list, or an object with the one member {@code preferences}.
 *
 * @param rows the preferences
 * @param pointer JSON pointer to the list they stand in; null: the only one is the whole body
 */
record PreferenceBody(List<JsonNode> rows, @Nullable String pointer) {

    /** One transaction holds them all. */
    private static final int MAX_ROWS = 1000;

    static PreferenceBody of(JsonNode body) {
        if (body.isArray()) {
            return list(body, "");
        }
        JsonNode preferences = body.get("preferences");
        if (preferences == null) {
            return new PreferenceBody(List.of(body), null);
        }
        if (!preferences.isArray() || body.size() != 1) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    "preferences",
                    "preferences must be a list, and the only member of the body.");
        }
        return list(preferences, "/preferences");
    }

    private static PreferenceBody list(JsonNode list, String pointer) {
        if (list.isEmpty() || list.size() > MAX_ROWS) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    pointer.isEmpty() ? null : "preferences",
                    "A request holds 1 to %d preferences, not %d. Send more in several requests, or upload a file."
                            .formatted(MAX_ROWS, list.size()));
        }
        return new PreferenceBody(new ArrayList<>(list.values()), pointer);
    }
}
