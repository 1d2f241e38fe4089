package dev.dpo4j.job;

/** What the node says to a run on it. */
@FunctionalInterface
interface NodeSignals {

    /** Whether the service is about to end. */
    boolean shuttingDown();
}
