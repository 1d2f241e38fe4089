package dev.dpo4j.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a run should end: the steps left at the pace since this start's first report, whose warm-up would mislead. */
final class FinishEstimate {

    private final int totalSteps;
    private @Nullable Instant since;
    private int sinceStep;

    FinishEstimate(int totalSteps) {
        this.totalSteps = totalSteps;
    }

    /** The estimate after {@code step} steps; empty until a second report gives a pace. */
    Optional<Instant> at(int step, Instant now) {
        if (since == null) {
            since = now;
            sinceStep = step;
            return Optional.empty();
        }
        int done = step - sinceStep;
        if (done <= 0) {
            return Optional.empty();
        }
        Duration left =
                Duration.between(since, now).multipliedBy(totalSteps - step).dividedBy(done);
        return Optional.of(now.plus(left));
    }
}
