package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import org.springframework.context.SmartLifecycle;

/** Starts the scheduler when everything else is up, and stops it, with a checkpoint of the running job, before anything else. */
class SchedulerLifecycle implements SmartLifecycle {

    private final Scheduler scheduler;
    private final DeadExecutions deadExecutions;
    private final JobProperties properties;
    private volatile boolean running;

    SchedulerLifecycle(Scheduler scheduler, DeadExecutions deadExecutions, JobProperties properties) {
        this.properties = properties;
        this.scheduler = scheduler;
        this.deadExecutions = deadExecutions;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.enabled();
    }

    @Override
    public void start() {
        deadExecutions.revive();
        scheduler.start();
        running = true;
    }

    @Override
    public void stop() {
        scheduler.stop();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
