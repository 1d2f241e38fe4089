package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.tensor.ComputeReport;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ComputeAnnouncementTest {

    private static final ComputeReport GOOD = report(500, 450);
    private static final ComputeReport BADLY_COMPILED = report(200, 450);
    private static final ComputeReport STARVED = report(15, 15);

    @Test
    void announcesAGoodMachineAtOnce() {
        assertThat(ComputeAnnouncement.settled(measured(GOOD), () -> {
                    throw new AssertionError("nobody waits");
                }))
                .isSameAs(GOOD);
    }

    @Test
    void looksAgainLaterBeforeItWarns() {
        AtomicInteger waits = new AtomicInteger();
        assertThat(ComputeAnnouncement.settled(
                        measured(BADLY_COMPILED, STARVED, GOOD), () -> waits.incrementAndGet() > 0))
                .isSameAs(GOOD);
        assertThat(waits).hasValue(2);
    }

    @Test
    void warnsOfWhatStaysSlow() {
        AtomicInteger measurements = new AtomicInteger();
        assertThat(ComputeAnnouncement.settled(
                                () -> {
                                    measurements.incrementAndGet();
                                    return BADLY_COMPILED;
                                },
                                () -> true)
                        .warnings())
                .hasSize(1);
        assertThat(measurements).hasValue(ComputeAnnouncement.MOST_MEASUREMENTS);
    }

    @Test
    void measuresNothingMoreWhenTheServiceEnds() {
        assertThat(ComputeAnnouncement.settled(measured(STARVED), () -> false)).isSameAs(STARVED);
    }

    private static Supplier<ComputeReport> measured(ComputeReport... reports) {
        Queue<ComputeReport> left = new ArrayDeque<>(List.of(reports));
        return left::remove;
    }

    private static ComputeReport report(double gigaflops, double blasGigaflops) {
        return new ComputeReport("vector, 512 bit", 512, true, "0.3.31", "SkylakeX", 2, 2, gigaflops, blasGigaflops);
    }
}
