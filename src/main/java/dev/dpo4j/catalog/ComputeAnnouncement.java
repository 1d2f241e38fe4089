package dev.dpo4j.catalog;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.ComputeReport;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says once, when the service answers already, what it computes with and how fast that is. */
@Component
class ComputeAnnouncement {

    private static final Logger log = LoggerFactory.getLogger(ComputeAnnouncement.class);

    private final Compute compute;

    ComputeAnnouncement(Compute compute) {
        this.compute = compute;
    }

    /** On a thread of its own: nothing waits for the measurement. */
    @EventListener(ApplicationReadyEvent.class)
    void announce() {
        Thread.ofPlatform().name("compute-report").daemon(true).start(this::measureAndLog);
    }

    private void measureAndLog() {
        try {
            ComputeReport report = ComputeReport.of(compute);
            log.info(report.line());
            report.warnings().forEach(log::warn);
        } catch (RejectedExecutionException e) {
            log.debug("The service ended before its speed was measured", e);
        }
    }
}
