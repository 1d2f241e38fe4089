package dev.dpo4j.job;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.stereotype.Component;

/** Repeats a job's events in the service's log, once they are committed; but for the figures of its steps, which are many. */
@Component
class JobLog {

    private static final Logger log = LoggerFactory.getLogger(JobLog.class);

    JobLog() {}

    /** The transaction under way writes this event. */
    void tellAfterCommit(String jobId, NewEvent event) {
        if (event.type() == EventType.METRICS) {
            return;
        }
        AfterCommit.run(() -> {
            try (JobScope _ = new JobScope(jobId)) {
                log.atLevel(Level.valueOf(event.level().name())).log(event.message());
            }
        });
    }
}
