package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessResourceFailureException;

@Timeout(60)
class JobCountsTest {

    private final JobRows jobs = mock();
    private final MeterRegistry registry = new SimpleMeterRegistry();

    private Instant now = Instant.EPOCH;

    @BeforeEach
    void bind() {
        InstantSource time = () -> now;
        Clock clock = time.withZone(ZoneOffset.UTC);
        new JobCounts(jobs, clock).bindTo(registry);
    }

    @Test
    void jobsAreCountedByStateAndAStateWithoutAnyHasNone() {
        database(2);
        assertThat(jobs(JobStatus.RUNNING)).isEqualTo(2);
        assertThat(jobs(JobStatus.PAUSED)).isZero();
    }

    @Test
    void theDatabaseIsAskedAgainOnlyAfterFiveSeconds() {
        database(1);
        assertThat(jobs(JobStatus.RUNNING)).isEqualTo(1);
        database(2);
        now = now.plusSeconds(4);
        assertThat(jobs(JobStatus.RUNNING)).isEqualTo(1);
        now = now.plusSeconds(1);
        assertThat(jobs(JobStatus.RUNNING)).isEqualTo(2);
    }

    @Test
    void whatTheDatabaseDoesNotSayIsNotANumber() {
        database(1);
        assertThat(jobs(JobStatus.RUNNING)).isEqualTo(1);
        when(jobs.countByStatus()).thenThrow(new DataAccessResourceFailureException("away"));
        now = now.plusSeconds(5);
        assertThat(jobs(JobStatus.RUNNING)).isNaN();
        assertThat(jobs(JobStatus.PAUSED)).isNaN();
    }

    @Test
    void aDatabaseThatHangsIsNotWaitedForAndAskedOnlyOnce() throws InterruptedException {
        CountDownLatch back = new CountDownLatch(1);
        CountDownLatch questions = new CountDownLatch(2);
        when(jobs.countByStatus()).thenAnswer(call -> {
            questions.countDown();
            back.await();
            return List.of();
        });
        assertThat(jobs(JobStatus.RUNNING)).isNaN();
        now = now.plusSeconds(5);
        assertThat(jobs(JobStatus.RUNNING)).isNaN();
        assertThat(questions.getCount()).as("the second question").isEqualTo(1);

        back.countDown();
        now = now.plusSeconds(5);
        assertThat(jobs(JobStatus.RUNNING)).isZero();
    }

    private void database(long running) {
        when(jobs.countByStatus()).thenReturn(List.of(new JobRows.Count(JobStatus.RUNNING, running)));
    }

    private double jobs(JobStatus status) {
        return registry.get("dpo4j.jobs")
                .tag("status", status.wireName())
                .gauge()
                .value();
    }
}
