package dev.dpo4j.api;

import dev.dpo4j.dataset.Dataset;
import io.swagger.v3.oas.annotations.media.Schema;

/**
 * A named dataset.
 *
 * @param id its name, under the member that cursors go by
 * @param object always {@code dataset}
 * @param name its name
 * @param rows preferences in it
 * @param createdAt when its first preference came, in seconds since 1970
 */
record DatasetObject(
        String id, @Schema(allowableValues = "dataset") String object, String name, long rows, long createdAt) {

    static DatasetObject of(Dataset dataset) {
        return new DatasetObject(
                dataset.name(),
                "dataset",
                dataset.name(),
                dataset.rows(),
                dataset.createdAt().getEpochSecond());
    }
}
