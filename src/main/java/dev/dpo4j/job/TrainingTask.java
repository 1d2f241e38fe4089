package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionHandler;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import dev.dpo4j.blob.Database;
import java.time.Clock;

/** The execution that db-scheduler hands to one node: runs a job, then says whether to run it again. */
class TrainingTask implements ExecutionHandler<TrainingTicket> {

    static final TaskDescriptor<TrainingTicket> DESCRIPTOR = TaskDescriptor.of("training", TrainingTicket.class);

    /** The share of the time to being declared dead after which a run stops: others look at another clock than we. */
    private static final double TOO_QUIET = 0.5;

    private final JobRunner runner;
    private final Clock clock;
    private final Database database;

    TrainingTask(JobRunner runner, Clock clock, Database database) {
        this.runner = runner;
        this.clock = clock;
        this.database = database;
    }

    @Override
    public CompletionHandler<TrainingTicket> execute(TaskInstance<TrainingTicket> instance, ExecutionContext context) {
        TrainingTicket ticket = instance.getData();
        String owner = context.getExecution().pickedBy;
        try (JobScope _ = new JobScope(ticket.jobId())) {
            return switch (runner.run(ticket, owner, signals(context))) {
                case DONE -> (complete, operations) -> operations.remove();
                case AGAIN -> (complete, operations) -> operations.reschedule(complete, clock.instant());
            };
        }
    }

    private NodeSignals signals(ExecutionContext context) {
        return new NodeSignals() {
            @Override
            public boolean shuttingDown() {
                return context.getSchedulerState().isShuttingDown();
            }

            @Override
            public boolean presumedDead() {
                // Nobody else can open an embedded database, and so nobody can take the job.
                return !database.embedded()
                        && context.getCurrentlyExecuting().getHeartbeatState().getFractionDead() >= TOO_QUIET;
            }
        };
    }
}
