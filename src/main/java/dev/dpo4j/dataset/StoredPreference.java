package dev.dpo4j.dataset;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A preference of a dataset.
 *
 * @param sequence its number in the dataset, from 1
 * @param recordId the id its sender gave it
 * @param json the preference as JSON, members sorted by name
 * @param createdAt when it came
 */
public record StoredPreference(long sequence, @Nullable String recordId, String json, Instant createdAt) {}
