package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionHandler;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;

/** The execution that db-scheduler hands to one node: runs a job, then says whether to run it again. */
class TrainingTask implements ExecutionHandler<TrainingTicket> {

    static final TaskDescriptor<TrainingTicket> DESCRIPTOR = TaskDescriptor.of("training", TrainingTicket.class);

    private final JobRunner runner;
    private final SchedulerClock clock;

    TrainingTask(JobRunner runner, SchedulerClock clock) {
        this.runner = runner;
        this.clock = clock;
    }

    @Override
    public CompletionHandler<TrainingTicket> execute(TaskInstance<TrainingTicket> instance, ExecutionContext context) {
        TrainingTicket ticket = instance.getData();
        String owner = context.getExecution().pickedBy;
        NodeSignals node = () -> context.getSchedulerState().isShuttingDown();
        try (JobScope _ = new JobScope(ticket.jobId())) {
            return switch (runner.run(ticket, owner, node)) {
                case DONE -> (complete, operations) -> operations.remove();
                case AGAIN -> (complete, operations) -> operations.reschedule(complete, clock.now());
                case TAKEN -> (complete, operations) -> {}; // the execution is another node's, and not ours to touch
            };
        }
    }
}
