package dev.dpo4j.job;

/** What the node says to a run on it. */
interface NodeSignals {

    /** Whether the service is about to end. */
    boolean shuttingDown();

    /** Whether this node may already count as dead for others: somebody else may be about to take the job. */
    boolean presumedDead();
}
