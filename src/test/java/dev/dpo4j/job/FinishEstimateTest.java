package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FinishEstimateTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void theStepsLeftTakeAsLongAsTheStepsSinceTheFirstReport() {
        FinishEstimate estimate = new FinishEstimate(10);
        assertThat(estimate.at(1, START)).isEmpty();
        // 2 steps in 6 s, 7 left: 21 s from now.
        assertThat(estimate.at(3, START.plusSeconds(6))).contains(START.plusSeconds(27));
    }

    @Test
    void aRepeatedStepGivesNoPace() {
        FinishEstimate estimate = new FinishEstimate(10);
        assertThat(estimate.at(4, START)).isEmpty();
        assertThat(estimate.at(4, START.plusSeconds(6))).isEmpty();
    }
}
