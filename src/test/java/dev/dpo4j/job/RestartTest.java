package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import dev.dpo4j.Dpo4jApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The service ended and started again over one database file. */
@Tag("persistence")
class RestartTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    @Test
    void aJobGoesOnAfterAGracefulRestart() throws InterruptedException {
        String id;
        CountDownLatch inStep3 = new CountDownLatch(1);
        try (ConfigurableApplicationContext service = start()) {
            Scheduler scheduler = service.getBean(Scheduler.class);
            service.getBean(FakeTraining.class).beforeStep(step -> {
                if (step == 3) {
                    inStep3.countDown();
                    awaitShutdown(scheduler);
                }
            });
            id = service.getBean(JobService.class)
                    .create(JobFixtures.newJob(6, null))
                    .id();
            assertThat(inStep3.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        try (ConfigurableApplicationContext service = start()) {
            Job job = awaitEnd(service, id);
            assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(messages(service, id)).contains("Resumed from step 3 of 6");
            assertThat(metricSteps(service, id)).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    @Tag("embedded")
    void aJobFoundRunningAtTheStartGoesOnAtOnce() throws InterruptedException {
        String id;
        try (ConfigurableApplicationContext service = start("--dpo4j.jobs.enabled=false")) {
            id = service.getBean(JobService.class)
                    .create(JobFixtures.newJob(6, null))
                    .id();
            // What a kill leaves: the execution picked, with a fresh heartbeat, by a node that is no more.
            service.getBean(JdbcClient.class)
                    .sql(
                            "update scheduled_tasks set picked = true, picked_by = 'dead', last_heartbeat = current_timestamp")
                    .update();
            assertThat(service.getBean(FencedJobs.class).claim(new TrainingTicket(id, 1), "dead"))
                    .isPresent();
        }
        // With a heartbeat of an hour, nothing but the revival at the start can bring it back.
        try (ConfigurableApplicationContext service = start("--dpo4j.jobs.heartbeat-interval=1h")) {
            assertThat(awaitEnd(service, id).status()).isEqualTo(JobStatus.SUCCEEDED);
        }
    }

    private ConfigurableApplicationContext start(String... settings) {
        return new SpringApplicationBuilder(Dpo4jApplication.class, FakeTrainingConfiguration.class)
                .run(Stream.concat(
                                Stream.of(
                                        "--dpo4j.home=" + home,
                                        "--server.port=0",
                                        "--spring.jpa.hibernate.ddl-auto=validate"),
                                Stream.of(settings))
                        .toArray(String[]::new));
    }

    private static Job awaitEnd(ConfigurableApplicationContext service, String id) throws InterruptedException {
        JobService jobs = service.getBean(JobService.class);
        JobNews news = service.getBean(JobNews.class);
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            Job job = jobs.get(id);
            if (job.status().terminal()) {
                return job;
            }
            assertThat(System.nanoTime()).as("the job has not ended: %s", job).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    private static void awaitShutdown(Scheduler scheduler) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!scheduler.getSchedulerState().isShuttingDown()) {
            assertThat(System.nanoTime()).as("no shutdown").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static List<JobEvent> events(ConfigurableApplicationContext service, String id) {
        return service.getBean(JobEvents.class).after(id, 0, 1000);
    }

    private static List<String> messages(ConfigurableApplicationContext service, String id) {
        return events(service, id).stream().map(JobEvent::message).toList();
    }

    private static List<Object> metricSteps(ConfigurableApplicationContext service, String id) {
        return events(service, id).stream()
                .filter(event -> event.type() == EventType.METRICS)
                .map(event -> Objects.requireNonNull(
                        Objects.requireNonNull(event.data()).get("step")))
                .toList();
    }
}
