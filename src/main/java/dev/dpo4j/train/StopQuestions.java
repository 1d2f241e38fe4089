package dev.dpo4j.train;

import dev.dpo4j.train.TrainingListener.StopRequest;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Asks whether to stop, within a step or a pass no more often than each second: it may cost the listener a database read. */
final class StopQuestions {

    private static final long NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private long nanosAtLast;

    StopQuestions(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** As if just asked: a start is no question. */
    void restart() {
        nanosAtLast = nanoTime.getAsLong();
    }

    /** Asks. */
    StopRequest ask(TrainingListener listener, int step) {
        restart();
        return listener.stopRequested(step);
    }

    /** Asks when it is time to. */
    StopRequest askNowAndThen(TrainingListener listener, int step) {
        return nanoTime.getAsLong() - nanosAtLast >= NANOS ? ask(listener, step) : StopRequest.NONE;
    }
}
