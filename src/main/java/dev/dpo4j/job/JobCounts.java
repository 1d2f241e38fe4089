package dev.dpo4j.job;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * How many jobs the database has in each state, as gauges: one query for all of them, and the same answer for some seconds. A scrape
 * neither fails nor hangs with the database: what is not known in time is not a number.
 */
@Component
class JobCounts implements MeterBinder {

    private static final Logger log = LoggerFactory.getLogger(JobCounts.class);

    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final JobRows jobs;
    private final Clock clock;

    private CompletableFuture<Map<JobStatus, Long>> asked = CompletableFuture.completedFuture(Map.of());
    private Map<JobStatus, Double> counts = Map.of();
    private Instant freshUntil = Instant.MIN;

    JobCounts(JobRows jobs, Clock clock) {
        this.jobs = jobs;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (JobStatus status : JobStatus.values()) {
            Gauge.builder("dpo4j.jobs", () -> count(status))
                    .tag("status", status.wireName())
                    .description("Jobs in the database")
                    .register(registry);
        }
    }

    private synchronized double count(JobStatus status) {
        Instant now = clock.instant();
        if (!now.isBefore(freshUntil)) {
            counts = ask();
            freshUntil = clock.instant().plus(FRESH);
        }
        return counts.getOrDefault(status, Double.NaN);
    }

    /** Empty when there is no answer in time. */
    private Map<JobStatus, Double> ask() {
        // One question at a time: those that an absent database leaves open must not pile up.
        if (asked.isDone()) {
            asked = CompletableFuture.supplyAsync(
                    this::query, query -> Thread.ofVirtual().name("job-counts").start(query));
        }
        try {
            Map<JobStatus, Long> answer = asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return Arrays.stream(JobStatus.values())
                    .collect(Collectors.toMap(status -> status, status -> (double) answer.getOrDefault(status, 0L)));
        } catch (TimeoutException | ExecutionException e) {
            log.debug("The jobs cannot be counted now", e);
            return Map.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Map.of();
        }
    }

    private Map<JobStatus, Long> query() {
        return jobs.countByStatus().stream().collect(Collectors.toMap(JobRows.Count::status, JobRows.Count::jobs));
    }
}
