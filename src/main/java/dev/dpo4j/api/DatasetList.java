package dev.dpo4j.api;

import dev.dpo4j.dataset.Dataset;
import dev.dpo4j.dataset.Page;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A part of the list of datasets. */
record DatasetList(@Schema(allowableValues = "list") String object, List<DatasetObject> data, boolean hasMore) {

    static DatasetList of(Page<Dataset> page) {
        return new DatasetList(
                "list", page.items().stream().map(DatasetObject::of).toList(), page.hasMore());
    }
}
