package dev.dpo4j.api;

import dev.dpo4j.dataset.Appended;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * What an append did.
 *
 * @param object always {@code dataset.append}
 * @param dataset the dataset's name
 * @param added preferences that are new; those that were there already are not counted
 * @param ids the number of each preference that was sent, in its order
 * @param rows preferences in the dataset afterwards
 */
record AppendedObject(
        @Schema(allowableValues = "dataset.append") String object,
        String dataset,
        int added,
        List<String> ids,
        long rows) {

    static AppendedObject of(String dataset, Appended appended) {
        return new AppendedObject(
                "dataset.append",
                dataset,
                appended.added(),
                appended.sequences().stream().map(String::valueOf).toList(),
                appended.rows());
    }
}
