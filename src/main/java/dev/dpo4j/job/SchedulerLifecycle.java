package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the scheduler when everything else is up, and stops it, with a checkpoint of the running job, before anything else: the web
 * server goes on answering meanwhile. Stopping takes at most {@code dpo4j.jobs.shutdown-wait}; it happens on the thread that shuts
 * the service down, so {@code spring.lifecycle.timeout-per-shutdown-phase} does not cut it off.
 */
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

    /** Above the web server's, so stopped before it. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
