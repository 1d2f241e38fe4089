package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A service's whole state, made smaller on the embedded database, then moved to PostgreSQL, with a job half-way in it. */
class MoveTest {

    private static final int HALF_WAY = 24;
    private static final String CHECKPOINT = "Checkpoint written after step ";

    private final PostgresServer.PostgresDatabase postgres =
            PostgresServer.database("move_" + UUID.randomUUID().toString().replace('-', '_'));

    @TempDir
    private Path home;

    @TempDir
    private Path homeOnPostgres;

    @Test
    void aJobPausedOnTheEmbeddedDatabaseEndsOnPostgresqlAsIfNothingHadHappened()
            throws IOException, InterruptedException {
        String undisturbed;
        String id;
        String weights;
        List<ShownEvent> told;
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            undisturbed = TinyJob.createFull(service.http());
            service.follow(undisturbed, 0).untilItsEnd();
            weights = TinyJob.weights(service.http(), undisturbed);
            id = TinyJob.createFull(service.http());
            service.follow(id, 0).await(event -> event.ofStep(HALF_WAY));
            pause(service, id);
            told = EventLog.oldestFirst(service.http(), id);
            assertRefused("is in use. Stop the service");
        }
        Path file = home.resolve("db/dpo4j.mv.db");
        Path blobs = home.resolve("db/blobs");
        assertThat(blobs).isNotEmptyDirectory();
        Path nobodys = Files.writeString(blobs.resolve("0".repeat(64)), "no blob's bytes");
        long before = Files.size(file);
        CommandProcess compacted = CommandProcess.run("compact", home);
        assertThat(compacted.status()).as(compacted.log()).isZero();
        assertThat(Files.size(file)).as(compacted.log()).isLessThan(before / 2);
        assertThat(nobodys).as(compacted.log()).doesNotExist();
        assertThat(home.resolve("db")).isDirectoryNotContaining(other -> !other.equals(file) && !other.equals(blobs));

        byte[] asItWas = Files.readAllBytes(file);
        CommandProcess moved = CommandProcess.run("move", home, postgres.settings());
        assertThat(moved.status()).as(moved.log()).isZero();
        assertThat(moved.log()).contains("Copied job: 2 rows, read back and equal", "Moved ");
        assertThat(Files.readAllBytes(file)).isEqualTo(asItWas);
        assertRefused("The target is not empty");

        try (ServiceProcess service = ServiceProcess.start(homeOnPostgres, onPostgres())) {
            Http http = service.http();
            assertThat(EventLog.oldestFirst(http, id)).startsWith(told.toArray(ShownEvent[]::new));
            assertThat(TinyJob.weights(http, undisturbed)).isEqualTo(weights);
            assertThat(http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "")
                            .status())
                    .isEqualTo(200);
            List<ShownEvent> rest =
                    service.follow(id, told.getLast().sequence()).untilItsEnd();

            assertThat(rest).anyMatch(event -> event.message().startsWith("Resumed from step"));
            assertThat(TinyJob.weights(http, id)).isEqualTo(weights);
            List<String> files = fileIds(http);
            TinyJob.createLora(http);
            assertThat(fileIds(http)).hasSize(files.size() + 2).startsWith(files.toArray(String[]::new));
        }
    }

    @Test
    void whatIsNotThereIsNotMoved() throws IOException, InterruptedException {
        assertRefused("There is no embedded database " + home.resolve("db/dpo4j.mv.db"));
        CommandProcess nowhere = CommandProcess.run("move", home);
        assertThat(nowhere.status()).isEqualTo(1);
        assertThat(nowhere.log()).contains("Set SPRING_DATASOURCE_URL");
        assertThat(home.resolve("db")).doesNotExist();
    }

    private void assertRefused(String why) throws IOException, InterruptedException {
        CommandProcess refused = CommandProcess.run("move", home, postgres.settings());
        assertThat(refused.status()).as(refused.log()).isEqualTo(1);
        assertThat(refused.log()).contains(why).doesNotContain("\tat ");
    }

    private static void pause(ServiceProcess service, String id) throws InterruptedException {
        assertThat(service.http()
                        .postJson("/v1/fine_tuning/jobs/" + id + "/pause", "")
                        .status())
                .isEqualTo(200);
        service.follow(id, 0)
                .await(event -> event.message().startsWith(CHECKPOINT)
                        && Integer.parseInt(event.message().substring(CHECKPOINT.length())) >= HALF_WAY);
    }

    private String[] onPostgres() {
        return Stream.concat(Arrays.stream(TinyJob.MODEL), postgres.settings().stream())
                .toArray(String[]::new);
    }

    private static List<String> fileIds(Http http) {
        return http.get("/v1/files?order=asc&limit=100").json().get("data").values().stream()
                .map((JsonNode file) -> file.get("id").asString())
                .toList();
    }
}
