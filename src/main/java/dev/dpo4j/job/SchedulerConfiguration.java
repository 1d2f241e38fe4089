package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.dpo4j.blob.Database;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** db-scheduler, put together by hand: one training at a time on this node. */
@Configuration(proxyBeanMethods = false)
class SchedulerConfiguration {

    @Bean
    Task<TrainingTicket> trainingTask(JobRunner runner, JobProperties properties, Clock clock, Database database) {
        return Tasks.custom(TrainingTask.DESCRIPTOR)
                .onDeadExecutionRevive()
                .onFailure((FailureHandler<TrainingTicket>) (failed, operations) ->
                        operations.reschedule(failed, clock.instant().plus(properties.retryInterval())))
                .execute(new TrainingTask(runner, clock, database));
    }

    @Bean(destroyMethod = "") // SchedulerLifecycle stops it
    Scheduler scheduler(DataSource dataSource, Task<TrainingTicket> task, JobProperties properties, Clock clock) {
        return Scheduler.create(dataSource, task)
                .clock(clock::instant)
                .serializer(new TicketSerializer())
                .threads(1)
                .pollUsingFetch(0, 1)
                .pollingInterval(properties.pollingInterval())
                .heartbeatInterval(properties.heartbeatInterval())
                .missedHeartbeatsLimit(properties.missedHeartbeats())
                .shutdownMaxWait(properties.shutdownWait())
                .build();
    }

    @Bean
    SchedulerLifecycle schedulerLifecycle(
            Scheduler scheduler, DeadExecutions deadExecutions, JobProperties properties) {
        return new SchedulerLifecycle(scheduler, deadExecutions, properties);
    }

    @Bean
    TrainingQueue trainingQueue(DataSource dataSource, Task<TrainingTicket> task, Scheduler scheduler, Clock clock) {
        SchedulerClient client = SchedulerClient.Builder.create(new TransactionAwareDataSourceProxy(dataSource), task)
                .serializer(new TicketSerializer())
                .build();
        return new ScheduledTrainingQueue(client, scheduler, clock);
    }
}
