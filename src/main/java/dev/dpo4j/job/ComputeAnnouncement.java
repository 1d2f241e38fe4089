package dev.dpo4j.job;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.ComputeReport;
import dev.dpo4j.train.Rehearsal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * When the service answers already: makes the kernels fast, and says once what it computes with and how fast that is. A job may run by then, for
 * which the JVM still compiles; who finds products slow looks again some time later, before it warns of a machine that is as good as it should be.
 */
@Component
class ComputeAnnouncement implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(ComputeAnnouncement.class);

    /** The first, and those that follow one that falls short. */
    static final int MOST_MEASUREMENTS = 4;

    private static final Duration BETWEEN = Duration.ofSeconds(20);

    /** Compiled code is the process's, of which several services may be a part, one after the other. */
    private static final AtomicBoolean REHEARSED = new AtomicBoolean();

    private final Compute compute;
    private final CountDownLatch ended = new CountDownLatch(1);

    ComputeAnnouncement(Compute compute) {
        this.compute = compute;
    }

    /** On a thread of its own: nothing waits for it. */
    @EventListener(ApplicationReadyEvent.class)
    void announce() {
        Thread.ofPlatform().name("compute-report").daemon(true).start(this::rehearseMeasureAndLog);
    }

    private void rehearseMeasureAndLog() {
        try {
            if (!REHEARSED.getAndSet(true)) {
                Rehearsal.run(compute, () -> ended.getCount() == 0);
            }
            ComputeReport report = settled(() -> ComputeReport.of(compute), this::waitedBetween);
            if (ended.getCount() == 0) {
                return; // its end may have slowed what was measured
            }
            log.info(report.line());
            report.warnings().forEach(log::warn);
        } catch (RejectedExecutionException e) {
            log.debug("The service ended before its speed was measured", e);
        }
    }

    /**
     * The first that does not fall short, or the last.
     *
     * @param later waits until it is time for another; false: there will be none
     */
    static ComputeReport settled(Supplier<ComputeReport> measurement, BooleanSupplier later) {
        ComputeReport report = measurement.get();
        for (int more = 1; more < MOST_MEASUREMENTS && report.fallsShort() && later.getAsBoolean(); more++) {
            report = measurement.get();
        }
        return report;
    }

    /** Whether the service is still there afterwards. */
    private boolean waitedBetween() {
        try {
            return !ended.await(BETWEEN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void destroy() {
        ended.countDown();
    }
}
