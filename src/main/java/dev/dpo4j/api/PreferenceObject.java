package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.dpo4j.dataset.StoredPreference;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A preference of a dataset.
 *
 * @param id its number in the dataset, as text: the member that cursors go by
 * @param object always {@code dataset.preference}
 * @param recordId the id its sender gave it
 * @param createdAt when it came, in seconds since 1970
 * @param preference the preference in the shape it was sent in
 */
record PreferenceObject(
        String id,
        @Schema(allowableValues = "dataset.preference") String object,
        @Nullable String recordId,
        long createdAt,
        @Schema(types = "object") @JsonRawValue String preference) {

    static PreferenceObject of(StoredPreference preference) {
        return new PreferenceObject(
                Long.toString(preference.sequence()),
                "dataset.preference",
                preference.recordId(),
                preference.createdAt().getEpochSecond(),
                preference.json());
    }
}
