package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The service ended and started again over one database file. */
@Tag("persistence")
class RestartTest {

    @TempDir
    private Path home;

    @Test
    void aJobGoesOnAfterAGracefulRestart() throws InterruptedException {
        String id;
        CountDownLatch inStep3 = new CountDownLatch(1);
        try (FakeNode service = FakeNode.start(home, List.of())) {
            Scheduler scheduler = service.bean(Scheduler.class);
            service.training().beforeStep(step -> {
                if (step == 3) {
                    inStep3.countDown();
                    awaitShutdown(scheduler);
                }
            });
            id = service.create(JobFixtures.newJob(6, null));
            assertThat(inStep3.await(FakeNode.LONG.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        try (FakeNode service = FakeNode.start(home, List.of())) {
            Job job = service.awaitEnd(id);
            assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(service.messages(id)).contains("Resumed from step 3 of 6");
            assertThat(service.metricSteps(id)).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    @Tag("embedded")
    void aJobFoundRunningAtTheStartGoesOnAtOnce() throws InterruptedException {
        String id;
        try (FakeNode service = FakeNode.start(home, List.of("dpo4j.jobs.enabled=false"))) {
            id = service.create(JobFixtures.newJob(6, null));
            // What a kill leaves: the execution picked, with a fresh heartbeat, by a node that is no more.
            service.bean(JdbcClient.class)
                    .sql(
                            "update scheduled_tasks set picked = true, picked_by = 'dead', last_heartbeat = current_timestamp")
                    .update();
            assertThat(service.bean(FencedJobs.class).claim(new TrainingTicket(id, 1), "dead"))
                    .isPresent();
        }
        // With a heartbeat of an hour, nothing but the revival at the start can bring it back.
        try (FakeNode service = FakeNode.start(home, List.of("dpo4j.jobs.heartbeat-interval=1h"))) {
            assertThat(service.awaitEnd(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        }
    }

    private static void awaitShutdown(Scheduler scheduler) {
        long deadline = System.nanoTime() + FakeNode.LONG.toNanos();
        while (!scheduler.getSchedulerState().isShuttingDown()) {
            assertThat(System.nanoTime()).as("no shutdown").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
