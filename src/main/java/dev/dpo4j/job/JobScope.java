package dev.dpo4j.job;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Until it is closed, on the thread that opened it, each line of the service's log names the job. */
final class JobScope implements AutoCloseable {

    private static final String MDC_KEY = "job";

    private final @Nullable String outer = MDC.get(MDC_KEY);

    JobScope(String jobId) {
        MDC.put(MDC_KEY, jobId);
    }

    @Override
    public void close() {
        if (outer == null) {
            MDC.remove(MDC_KEY);
        } else {
            MDC.put(MDC_KEY, outer);
        }
    }
}
