package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;

/** The queue in db-scheduler's table. */
class ScheduledTrainingQueue implements TrainingQueue {

    private final SchedulerClient client;
    private final Scheduler scheduler;
    private final SchedulerClock clock;

    /** @param client writes through the caller's transaction */
    ScheduledTrainingQueue(SchedulerClient client, Scheduler scheduler, SchedulerClock clock) {
        this.client = client;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    @Override
    public void enqueue(TrainingTicket ticket) {
        boolean added = client.scheduleIfNotExists(TrainingTask.DESCRIPTOR
                .instance(ticket.jobId() + "#" + ticket.runNumber())
                .data(ticket)
                .scheduledTo(clock.now()));
        if (!added) {
            throw new IllegalStateException("Run " + ticket.runNumber() + " of job " + ticket.jobId()
                    + " is scheduled already: nothing is changed");
        }
        AfterCommit.run(scheduler::triggerCheckForDueExecutions);
    }
}
