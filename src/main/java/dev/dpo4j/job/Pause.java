package dev.dpo4j.job;

import java.time.Duration;

/** Time passing; in tests none does. */
@FunctionalInterface
interface Pause {

    /** Returns after that time. */
    void pause(Duration duration) throws InterruptedException;
}
