package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** db-scheduler, put together by hand: one training at a time on this node. */
@Configuration(proxyBeanMethods = false)
class SchedulerConfiguration {

    @Bean
    Task<TrainingTicket> trainingTask(JobRunner runner, JobProperties properties, SchedulerClock clock) {
        return Tasks.custom(TrainingTask.DESCRIPTOR)
                .onDeadExecution(new Takeover(clock, properties.heartbeatInterval()))
                .onFailure((FailureHandler<TrainingTicket>) (failed, operations) ->
                        operations.reschedule(failed, clock.now().plus(properties.retryInterval())))
                .execute(new TrainingTask(runner, clock));
    }

    @Bean(destroyMethod = "") // SchedulerLifecycle stops it
    Scheduler scheduler(
            DataSource dataSource, Task<TrainingTicket> task, JobProperties properties, SchedulerClock clock) {
        return Scheduler.create(dataSource, task)
                .clock(clock)
                .schedulerName(new SchedulerName.Fixed(nodeName(properties)))
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
            Scheduler scheduler,
            DeadExecutions deadExecutions,
            SchedulerClock clock,
            ServiceStop serviceStop,
            JobProperties properties) {
        return new SchedulerLifecycle(scheduler, deadExecutions, clock, serviceStop, properties);
    }

    @Bean
    Pause pause() {
        return Thread::sleep;
    }

    @Bean
    TrainingQueue trainingQueue(
            DataSource dataSource, Task<TrainingTicket> task, Scheduler scheduler, SchedulerClock clock) {
        SchedulerClient client = SchedulerClient.Builder.create(new TransactionAwareDataSourceProxy(dataSource), task)
                .serializer(new TicketSerializer())
                .build();
        return new ScheduledTrainingQueue(client, scheduler, clock);
    }

    /** Shown in tables and logs; unlike a host's name it is not shared by two nodes, nor by a node and its predecessor. */
    private static String nodeName(JobProperties properties) {
        if (properties.node() != null) {
            return properties.node();
        }
        String random = UUID.randomUUID().toString().substring(0, 8);
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + random;
        } catch (UnknownHostException e) {
            return "node-" + random;
        }
    }
}
