package dev.dpo4j.job;

/** Where jobs wait to be run. */
interface TrainingQueue {

    /** Schedules a run, in the caller's transaction: there is no job without its execution, nor the other way round. */
    void enqueue(TrainingTicket ticket);
}
