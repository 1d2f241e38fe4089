package dev.dpo4j.train;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a run saves itself: every {@code save_steps} steps or, where that is not given, at each epoch's end and whenever ten minutes would
 * be lost.
 */
final class CheckpointTimes {

    private static final long NANOS = Duration.ofMinutes(10).toNanos();

    private final @Nullable Integer saveSteps;
    private final int stepsPerEpoch;
    private final LongSupplier nanoTime;
    private long nanosAtLast;

    /** @param saveSteps null: by time */
    CheckpointTimes(@Nullable Integer saveSteps, int stepsPerEpoch, LongSupplier nanoTime) {
        this.saveSteps = saveSteps;
        this.stepsPerEpoch = stepsPerEpoch;
        this.nanoTime = nanoTime;
    }

    /** From now on there is something to lose: at a start, and with each checkpoint. */
    void restart() {
        nanosAtLast = nanoTime.getAsLong();
    }

    /** @param step of which so many are done */
    boolean dueAfter(int step) {
        if (saveSteps != null) {
            return step % saveSteps == 0;
        }
        return step % stepsPerEpoch == 0 || nanoTime.getAsLong() - nanosAtLast >= NANOS;
    }
}
