package dev.dpo4j.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.PostgresServer;
import dev.dpo4j.api.Http;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.catalog.TunedModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A PostgreSQL that has no room for parts of blobs: it says so itself, with the state it has for that. */
class ServerDiskFullTest {

    private static final PostgresServer.PostgresDatabase DATABASE = PostgresServer.database("disk_full");

    @TempDir
    private Path home;

    @Test
    void jobsPauseAndUploadsAreRefusedUntilThereIsRoomAgain() throws InterruptedException, IOException {
        try (FakeNode node = FakeNode.start(home, DATABASE.settings())) {
            JdbcClient sql = node.bean(JdbcClient.class);
            node.training().beforeStep(step -> {
                if (step == 4) {
                    fill(sql);
                }
            });
            String id = node.create(JobFixtures.newJob(6, 2));

            node.await(id, JobStatus.PAUSED::equals);
            assertThat(node.messages(id))
                    .last()
                    .isEqualTo("The job is paused: The disk of the database is full. Free some space, then try again."
                            + " POST /v1/fine_tuning/jobs/" + id + "/resume lets it go on.");
            long blobs = count(sql);
            Http.Answer refused = http(node)
                    .upload(
                            "/v1/files",
                            "fine-tune",
                            "a.jsonl",
                            "{\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}".getBytes(UTF_8));
            assertThat(refused.status()).isEqualTo(507);
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("storage_full");
            assertThat(count(sql)).as("nothing is left of it").isEqualTo(blobs);
            assertThat(http(node).get("/actuator/health").status()).isEqualTo(200);

            free(sql);
            node.training().reset();
            node.bean(JobService.class).resume(id);
            Job job = node.awaitEnd(id);
            assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(node.metricSteps(id)).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(weight(node, Objects.requireNonNull(job.fineTunedModel())))
                    .isEqualTo(FakeTraining.weightAfter(6));
        }
    }

    private static void fill(JdbcClient sql) {
        sql.sql("""
                create or replace function no_room() returns trigger language plpgsql as $$
                begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$""").update();
        sql.sql(
                        "create or replace trigger full_disk before insert on blob_part for each row execute function no_room()")
                .update();
    }

    private static void free(JdbcClient sql) {
        sql.sql("drop trigger full_disk on blob_part").update();
    }

    private static long count(JdbcClient sql) {
        return sql.sql("select count(*) from blob_manifest").query(Long.class).single();
    }

    private static float weight(FakeNode node, String model) throws IOException {
        BlobStore blobs = node.bean(BlobStore.class);
        String blob = node.bean(TunedModels.class).find(model).orElseThrow().weightsBlobId();
        try (InputStream in = blobs.read(blob)) {
            return FakeTraining.weight(in, blobs.find(blob).orElseThrow().length());
        }
    }

    private static Http http(FakeNode node) {
        return new Http(Integer.parseInt(node.context().getEnvironment().getRequiredProperty("local.server.port")));
    }
}
