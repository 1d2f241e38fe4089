package dev.dpo4j.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event about to be written.
 *
 * @param key what it is about, such as {@code metrics:17}: a job has at most one event of a key; null: only where the
 *     job's own state keeps a repeated write from telling it twice
 * @param level how much it matters
 * @param type for a reader or for a chart
 * @param message one sentence
 * @param data figures by name; null: none
 */
record NewEvent(
        @Nullable String key,
        EventLevel level,
        EventType type,
        String message,
        @Nullable Map<String, Object> data) {

    static NewEvent info(String message) {
        return new NewEvent(null, EventLevel.INFO, EventType.MESSAGE, message, null);
    }

    static NewEvent warn(String message) {
        return new NewEvent(null, EventLevel.WARN, EventType.MESSAGE, message, null);
    }

    static NewEvent error(String message) {
        return new NewEvent(null, EventLevel.ERROR, EventType.MESSAGE, message, null);
    }

    static NewEvent metrics(int step, String message, Map<String, Object> data) {
        return new NewEvent("metrics:" + step, EventLevel.INFO, EventType.METRICS, message, data);
    }

    NewEvent once(String key) {
        return new NewEvent(key, level, type, message, data);
    }

    /** For what tells of a claim's way, and so can come again with the next claim. */
    NewEvent onceIn(Fence claim, String key) {
        return once(key + ":claim:" + claim.number());
    }

    NewEvent with(Map<String, Object> data) {
        return new NewEvent(key, level, type, message, data);
    }
}
