package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two nodes on one PostgreSQL, one of them with a clock that is wrong. */
class ClockSkewTest {

    private static final PostgresServer.PostgresDatabase DATABASE = PostgresServer.database("clocks");

    /** Enough that each node has looked for dead ones several times. */
    private static final int HEARTBEATS = 8;

    @TempDir
    private Path homes;

    @ParameterizedTest
    @ValueSource(strings = {"PT10M", "PT-10M"})
    void eachRunsItsJobAndLeavesTheOthersAlone(Duration wrongBy) throws InterruptedException {
        CountDownLatch bothRun = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        try (FakeNode right = start("right", Duration.ZERO);
                FakeNode wrong = start("wrong", wrongBy)) {
            for (FakeNode node : List.of(right, wrong)) {
                node.training().beforeStep(step -> {
                    if (step == 3) {
                        bothRun.countDown();
                        await(release);
                    }
                });
            }
            // Each node has one thread: whoever takes the first job, the other one is the other's.
            String one = wrong.create(JobFixtures.newJob(6, 2));
            String other = right.create(JobFixtures.newJob(6, 2));
            assertThat(bothRun.await(FakeNode.LONG.toSeconds(), TimeUnit.SECONDS))
                    .as("both run a job")
                    .isTrue();
            JdbcClient sql = right.bean(JdbcClient.class);
            for (String id : List.of(one, other)) {
                awaitHeartbeats(sql, id);
            }
            release.countDown();

            for (String id : List.of(one, other)) {
                assertThat(right.awaitEnd(id).status()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(right.metricSteps(id)).containsExactly(1, 2, 3, 4, 5, 6);
                assertThat(right.messages(id)).noneMatch(message -> message.startsWith("Resumed from step "));
                assertThat(claims(sql, id)).isOne();
            }
            assertThat(sql.sql("select distinct owner from job where id in (:ids)")
                            .param("ids", List.of(one, other))
                            .query(String.class)
                            .list())
                    .containsExactlyInAnyOrder("right", "wrong");
        }
    }

    private FakeNode start(String name, Duration ahead) {
        List<String> settings = new ArrayList<>(DATABASE.settings());
        settings.addAll(List.of(
                "dpo4j.jobs.node=" + name,
                "dpo4j.jobs.heartbeat-interval=200ms",
                // Four seconds: far less than the clocks differ, far more than a slow machine is late.
                "dpo4j.jobs.missed-heartbeats=20",
                "dpo4j.jobs.polling-interval=100ms"));
        return FakeNode.start(homes.resolve(name), ahead, settings);
    }

    /** Sees the job's execution be reported alive several times, or taken away from its node. */
    private static void awaitHeartbeats(JdbcClient sql, String id) {
        Set<OffsetDateTime> seen = new HashSet<>();
        long deadline = System.nanoTime() + FakeNode.LONG.toNanos();
        while (seen.size() < HEARTBEATS && claims(sql, id) == 1) {
            sql.sql(
                            "select last_heartbeat from scheduled_tasks where task_instance like ? and last_heartbeat is not null")
                    .param(id + "#%")
                    .query(OffsetDateTime.class)
                    .optional()
                    .ifPresent(seen::add);
            assertThat(System.nanoTime()).as("no heartbeats of %s", id).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static long claims(JdbcClient sql, String id) {
        return sql.sql("select fence from job where id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(FakeNode.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
