package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;

/** The started service, while its PostgreSQL crashes under a job, stays away longer than a node may be silent, and comes back. */
class DatabaseOutageTest {

    private static final String WAITS = "The database cannot be reached; the job waits for it";
    private static final String IS_BACK = "The database is back";

    /** More tries than a node may miss heartbeats. */
    private static final int REFUSALS = 4;

    @TempDir
    private static Path folder;

    private static StoppablePostgres database;
    private static ServiceProcess service;
    private static String undisturbedId = "";
    private static String undisturbedWeights = "";
    private static List<ShownEvent> undisturbed = List.of();

    private Http http;
    private JdbcClient sql;

    @BeforeAll
    static void runAJobUndisturbed() throws IOException, InterruptedException {
        database = StoppablePostgres.start(folder.resolve("data"));
        List<String> settings = new ArrayList<>(List.of(TinyJob.MODEL));
        settings.addAll(database.settings());
        settings.addAll(List.of(
                "dpo4j.jobs.heartbeat-interval=500ms",
                "dpo4j.jobs.missed-heartbeats=4",
                "dpo4j.jobs.polling-interval=500ms",
                "dpo4j.jobs.retry-interval=1s",
                "spring.datasource.hikari.connection-timeout=1000"));
        service = ServiceProcess.start(folder.resolve("home"), settings.toArray(String[]::new));
        undisturbedId = TinyJob.createFull(service.http());
        undisturbed = service.follow(undisturbedId, 0).untilItsEnd();
        undisturbedWeights = TinyJob.weights(service.http(), undisturbedId);
    }

    @BeforeEach
    void connect() {
        http = service.http();
        sql = JdbcClient.create(new DriverManagerDataSource(database.url()));
    }

    @AfterAll
    static void end() throws IOException {
        service.close();
        database.close();
    }

    @Test
    void aRunWaitsInItsStepAndItsReadersWithIt() throws IOException, InterruptedException {
        String id = TinyJob.createFull(http);
        EventStream events = service.follow(id, 0);
        events.await(event -> event.ofStep(20));

        database.crash();
        stayAway();
        database.comeBack();

        assertEndsInPlace(id, events.untilItsEnd());
    }

    @Test
    void aRunWritesItsCheckpointAgain() throws IOException, InterruptedException, SQLException {
        String id = TinyJob.createFull(http);
        EventStream events = service.follow(id, 0);
        events.await(event -> event.ofStep(TinyJob.SAVE_STEPS + 1));
        String cutOff;

        try (Connection blocking = DriverManager.getConnection(database.url());
                Statement statement = blocking.createStatement()) {
            blocking.setAutoCommit(false);
            statement.execute("lock table blob_part in exclusive mode");
            awaitSomebodyBlocked();
            cutOff = sql.sql("select id from blob_manifest where not complete order by created_at desc limit 1")
                    .query(String.class)
                    .single();
            database.crash();
        }
        stayAway();
        database.comeBack();

        assertEndsInPlace(id, events.untilItsEnd());
        assertThat(sql.sql("select complete from blob_manifest where id = ?")
                        .param(cutOff)
                        .query(Boolean.class)
                        .optional())
                .as("what was cut off is no part of anything: gone, or left for the sweep")
                .isNotEqualTo(Optional.of(true));
    }

    @Test
    void aRunThatWasJustResumingIsTriedAgain() throws IOException, InterruptedException, SQLException {
        String id = TinyJob.createFull(http);
        EventStream events = service.follow(id, 0);
        events.await(event -> event.ofStep(20));
        http.postJson("/v1/fine_tuning/jobs/" + id + "/pause", "");
        events.await(event -> event.message().startsWith("Stopped after step"));

        try (Connection blocking = DriverManager.getConnection(database.url());
                Statement statement = blocking.createStatement()) {
            blocking.setAutoCommit(false);
            statement.execute("lock table blob_part in access exclusive mode");
            http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "");
            awaitSomebodyBlocked();
            database.crash();
        }
        assertAway();
        database.comeBack();

        List<ShownEvent> shown = events.untilItsEnd();
        assertThat(shown.stream().filter(event -> event.message().startsWith("Resumed from step ")))
                .hasSize(1);
        assertEndsAsIfUndisturbed(
                id,
                shown,
                event -> !List.of("The job was paused", "The job was resumed").contains(event.message()));
    }

    /** For longer than the service waits for a heartbeat; the run and the readers must have noticed. */
    private void stayAway() throws InterruptedException {
        service.log().await(WAITS);
        for (int refusal = 0; refusal < REFUSALS; refusal++) {
            assertAway();
        }
    }

    private void assertAway() {
        assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(http.get("/actuator/health/liveness").status()).isEqualTo(200);
        Http.Answer refused = http.get("/v1/files");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.response().headers().firstValue("Retry-After")).contains("10");
        JsonNode error = refused.json().get("error");
        assertThat(error.get("code").asString()).isEqualTo("database_unavailable");
    }

    private void awaitSomebodyBlocked() {
        long deadline = System.nanoTime() + ServiceProcess.LONG.toNanos();
        while (sql.sql("select count(*) from pg_locks where relation = 'blob_part'::regclass and not granted")
                        .query(Long.class)
                        .single()
                == 0) {
            assertThat(System.nanoTime()).as("nobody wants the parts").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void assertEndsInPlace(String id, List<ShownEvent> shown) throws InterruptedException {
        service.log().await(IS_BACK);
        assertThat(shown).noneMatch(event -> event.message().startsWith("Resumed from step "));
        assertEndsAsIfUndisturbed(id, shown, event -> true);
    }

    private void assertEndsAsIfUndisturbed(String id, List<ShownEvent> shown, Predicate<ShownEvent> comparable) {
        assertThat(TinyJob.weights(http, id)).isEqualTo(undisturbedWeights);
        assertThat(EventLog.oldestFirst(http, id))
                .as("what was shown on the one connection is the log")
                .isEqualTo(shown);
        assertThat(substance(id, shown.stream().filter(comparable).toList()))
                .isEqualTo(substance(undisturbedId, undisturbed));
        assertThat(http.get("/actuator/health").status()).isEqualTo(200);
    }

    private static List<String> substance(String id, List<ShownEvent> events) {
        return events.stream()
                .filter(event -> !event.message().startsWith("Resumed from step")
                        && !event.message().startsWith("Stopped after step")
                        && !event.message().startsWith("Checkpoint written"))
                .map(event -> event.substance(id))
                .toList();
    }
}
