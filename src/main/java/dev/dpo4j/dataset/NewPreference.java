package dev.dpo4j.dataset;

import dev.dpo4j.digest.Sha256;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A preference that is about to be stored.
 *
 * @param recordId the id its sender gave it
 * @param json the preference in a form in which equal ones are equal: members sorted by name, no white space
 * @param sha256 hexadecimal SHA-256 of that form
 */
record NewPreference(@Nullable String recordId, String json, String sha256) {

    /** What H2 keeps in a column of characters; PostgreSQL would keep more, but the contents move from one to the other. */
    private static final int MOST_CHARACTERS = 1 << 20;

    private static final JsonMapper CANONICAL =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    /** Reads one preference of whatever shape, and refuses it with its place when it is not one. */
    static NewPreference of(JsonNode row, String pointer) {
        PreferenceExample example = PreferenceParser.parse(row, pointer, UnknownFields.REFUSED);
        String recordId = example.id();
        if (recordId != null && recordId.length() > 255) {
            throw new InvalidRowException(pointer + "/id", "must not be longer than 255 characters");
        }
        String json = CANONICAL.writeValueAsString(row);
        if (json.length() > MOST_CHARACTERS) {
            throw new InvalidRowException(
                    pointer,
                    "has %d characters as JSON, and a dataset takes %d; upload it in a file instead"
                            .formatted(json.length(), MOST_CHARACTERS));
        }
        return new NewPreference(recordId, json, Sha256.of(json.getBytes(StandardCharsets.UTF_8)));
    }
}
