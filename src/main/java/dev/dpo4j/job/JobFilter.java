package dev.dpo4j.job;

import java.util.Map;

/**
 * Which jobs to list.
 *
 * @param metadata labels a job must have, with these values
 * @param withoutMetadata only jobs that have no labels at all
 */
public record JobFilter(Map<String, String> metadata, boolean withoutMetadata) {

    /** All jobs. */
    public static final JobFilter ALL = new JobFilter(Map.of(), false);

    public JobFilter {
        metadata = Map.copyOf(metadata);
    }
}
