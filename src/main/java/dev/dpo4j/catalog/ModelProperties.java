package dev.dpo4j.catalog;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Which models there are and how much memory they may take.
 *
 * @param directory holds a folder for each model; only read; need not exist
 * @param memoryBudget what all loaded weights may take together; null: half of the machine's memory
 * @param seeded models made from a seed, by id; {@code notebook} is built in
 */
@ConfigurationProperties("dpo4j.models")
record ModelProperties(
        Path directory,
        @Nullable DataSize memoryBudget,
        @DefaultValue Map<String, SeededModel> seeded) {

    ModelProperties {
        seeded = Map.copyOf(seeded);
    }
}
