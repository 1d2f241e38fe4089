package dev.dpo4j.job;

import dev.dpo4j.blob.DatabaseAway;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;

/**
 * Lets a run wait for a database that is away instead of losing what it has computed since its last checkpoint. Whether the job is
 * still the run's when the database is back, its fence will say.
 */
@Component
class DatabasePatience {

    private static final Logger log = LoggerFactory.getLogger(DatabasePatience.class);

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final ServiceStop stop;
    private final Pause pause;

    DatabasePatience(ServiceStop stop, Pause pause) {
        this.stop = stop;
        this.pause = pause;
    }

    /**
     * Does something with the database, again and again while it cannot be reached. The last try may have been done without its answer
     * having arrived, so it must be harmless to do twice.
     *
     * @throws RuntimeException what the database said when it was reached, or when the service stops meanwhile
     */
    <T> T outlast(Supplier<T> work) {
        boolean waiting = false;
        while (true) {
            try {
                T result = work.get();
                if (waiting) {
                    log.info("The database is back");
                }
                return result;
            } catch (RuntimeException e) {
                if (!DatabaseAway.isBehind(e) || stop.begun()) {
                    throw e;
                }
                if (!waiting) {
                    log.warn(
                            "The database cannot be reached; the job waits for it ({})",
                            NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    waiting = true;
                }
                waitOrGiveUp(e);
            }
        }
    }

    private void waitOrGiveUp(RuntimeException failure) {
        try {
            pause.pause(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
