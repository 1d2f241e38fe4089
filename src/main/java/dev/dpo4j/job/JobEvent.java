package dev.dpo4j.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a job; never changed, never repeated.
 *
 * @param jobId the job
 * @param sequence its place among the job's events, from 1, without gaps
 * @param createdAt when it happened
 * @param level how much it matters
 * @param type for a reader or for a chart
 * @param message one sentence
 * @param data figures by name; null: none
 */
public record JobEvent(
        String jobId,
        long sequence,
        Instant createdAt,
        EventLevel level,
        EventType type,
        String message,
        @Nullable Map<String, Object> data) {

    /** The event's id: {@code ftevent-<job>-<sequence>}. */
    public String id() {
        return idPrefix(jobId) + sequence;
    }

    static String idPrefix(String jobId) {
        return "ftevent-" + jobId.substring(JobIds.JOB.length()) + "-";
    }
}
