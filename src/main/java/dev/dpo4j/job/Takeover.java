package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.task.DeadExecutionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import java.time.Duration;

/**
 * Makes the execution of a node that is silent due again, by the database's clock: db-scheduler's own way goes by the node's, and one
 * that is ahead would put the job off. A node that could not reach the database itself says nothing of others at first: they were
 * as cut off as it was, and must get the time to say that they live, or each would take the others' jobs when the database is back.
 */
class Takeover implements DeadExecutionHandler<TrainingTicket> {

    /** Every living node has reported by then. */
    private static final int HEARTBEATS = 3;

    private final SchedulerClock clock;
    private final Duration heartbeatInterval;

    Takeover(SchedulerClock clock, Duration heartbeatInterval) {
        this.clock = clock;
        this.heartbeatInterval = heartbeatInterval;
    }

    /** Asked again at the next look for dead executions, as long as it is one. */
    @Override
    public void deadExecution(ExecutionComplete dead, ExecutionOperations<TrainingTicket> operations) {
        if (clock.answeredFor(heartbeatInterval.multipliedBy(HEARTBEATS))) {
            operations.reschedule(dead, clock.now());
        }
    }
}
