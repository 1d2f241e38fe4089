package dev.dpo4j.api;

import dev.dpo4j.dataset.Page;
import dev.dpo4j.dataset.StoredPreference;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A part of a dataset's preferences. */
record PreferenceList(@Schema(allowableValues = "list") String object, List<PreferenceObject> data, boolean hasMore) {

    static PreferenceList of(Page<StoredPreference> page) {
        return new PreferenceList(
                "list", page.items().stream().map(PreferenceObject::of).toList(), page.hasMore());
    }
}
