package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class JobScopeTest {

    @Test
    void theLogNamesTheJobUntilTheScopeEnds() {
        try (JobScope _ = new JobScope("ftjob-outer")) {
            assertThat(MDC.get("job")).isEqualTo("ftjob-outer");
            try (JobScope _ = new JobScope("ftjob-inner")) {
                assertThat(MDC.get("job")).isEqualTo("ftjob-inner");
            }
            assertThat(MDC.get("job")).isEqualTo("ftjob-outer");
        }
        assertThat(MDC.get("job")).isNull();
    }
}
