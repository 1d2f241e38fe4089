package dev.dpo4j.job;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.ComputeReport;
import dev.dpo4j.train.Rehearsal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** When the service answers already: makes the kernels fast, and says once what it computes with and how fast that is. */
@Component
class ComputeAnnouncement implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(ComputeAnnouncement.class);

    /** Compiled code is the process's, of which several services may be a part, one after the other. */
    private static final AtomicBoolean REHEARSED = new AtomicBoolean();

    private final Compute compute;
    private volatile boolean ended;

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
                Rehearsal.run(compute, () -> ended);
            }
            ComputeReport report = ComputeReport.of(compute);
            log.info(report.line());
            report.warnings().forEach(log::warn);
        } catch (RejectedExecutionException e) {
            log.debug("The service ended before its speed was measured", e);
        }
    }

    @Override
    public void destroy() {
        ended = true;
    }
}
