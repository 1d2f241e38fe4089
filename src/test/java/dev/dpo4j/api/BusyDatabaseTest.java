package dev.dpo4j.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.FakeTraining;
import dev.dpo4j.job.FakeTrainingConfiguration;
import dev.dpo4j.job.JobNews;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** A pool of connections that others have emptied. */
@ServiceTest
@Import(FakeTrainingConfiguration.class)
@TestPropertySource(
        properties = {
            "spring.datasource.hikari.maximum-pool-size=4",
            "spring.datasource.hikari.connection-timeout=500",
        })
class BusyDatabaseTest {

    private static final String JOBS = "/v1/fine_tuning/jobs";
    private static final int READERS = 12;

    /** Many times the pool's 0.5 seconds, for a slow machine. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    @LocalServerPort
    private int port;

    @Autowired
    private HikariDataSource pool;

    @Autowired
    private FakeTraining training;

    @Autowired
    private JobNews news;

    private Http http;

    @BeforeEach
    void preferences() {
        http = new Http(port);
        http.postJson("/v1/datasets/my-preferences/preferences", """
                {"id": "1", "prompt": [1, 2], "chosen": [3], "rejected": [4]}""");
    }

    @AfterEach
    void undisturbed() {
        training.reset();
    }

    @Test
    void requestsAreRefusedInTimeAndAJobWaits() throws InterruptedException, SQLException {
        CountDownLatch inStep3 = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        training.beforeStep(step -> {
            if (step == 3) {
                inStep3.countDown();
                await(goOn);
            }
        });
        String id = create();
        assertThat(inStep3.await(1, TimeUnit.MINUTES)).isTrue();
        List<Connection> taken = takeAll();
        try {
            goOn.countDown();
            long asked = System.nanoTime();
            Http.Answer refused = http.get("/v1/files");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(BOUND);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("10");
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("database_unavailable");
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
        assertThat(awaitEnd(id)).isEqualTo("succeeded");
        assertThat(http.get(JOBS + "/" + id + "/events?limit=100").response().body())
                .contains("Step 3: ")
                .doesNotContain("Resumed from step");
    }

    @Test
    void readersOfEventsHoldNoConnections() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        training.beforeStep(step -> await(release));
        String id = create();
        List<InputStream> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(http.stream(JOBS + "/" + id + "/events?stream=true"));
        }
        for (int i = 0; i < READERS; i++) {
            assertThat(http.get("/v1/files").status()).isEqualTo(200);
        }
        release.countDown();
        assertThat(readers).allSatisfy(reader -> {
            try (reader) {
                assertThat(new String(reader.readAllBytes(), UTF_8)).contains("event:done");
            }
        });
    }

    /** Until the pool has none left for anybody. */
    private List<Connection> takeAll() throws SQLException {
        List<Connection> taken = new ArrayList<>();
        try {
            while (taken.size() <= pool.getMaximumPoolSize()) {
                taken.add(pool.getConnection());
            }
        } catch (SQLTransientConnectionException e) {
            return taken;
        }
        throw new AssertionError("the pool gave more connections than it has");
    }

    private String create() {
        Http.Answer created = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_steps": 6, "save_steps": 2}}}}""");
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        return created.json().get("id").asString();
    }

    private String awaitEnd(String id) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (true) {
            long version = news.version();
            Http.Answer job = http.get(JOBS + "/" + id);
            if (job.status() == 200 && !job.json().get("finished_at").isNull()) {
                return job.json().get("status").asString();
            }
            assertThat(System.nanoTime()).as(job.response().body()).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
