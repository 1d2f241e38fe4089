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
    private final SchedulerClock clock;
    private final ServiceStop serviceStop;
    private final JobProperties properties;
    private volatile boolean running;

    SchedulerLifecycle(
            Scheduler scheduler,
            DeadExecutions deadExecutions,
            SchedulerClock clock,
            ServiceStop serviceStop,
            JobProperties properties) {
        this.serviceStop = serviceStop;
        this.clock = clock;
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
        clock.measure();
        deadExecutions.revive();
        scheduler.start();
        running = true;
    }

    @Override
    public void stop() {
        serviceStop.begin();
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
