package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Real jobs whose weights are changed or lost behind the service's back. */
@ServiceTest
class DamagedWeightsTest {

    /** Behind the second checkpoint of two that are kept. */
    private static final int PAUSED_AT = 2 * TinyJob.SAVE_STEPS + 2;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient sql;

    @Autowired
    private Environment environment;

    @Autowired
    private MeterRegistry meters;

    private Http http;
    private String weights;

    @DynamicPropertySource
    static void withTinyModel(DynamicPropertyRegistry registry) {
        for (String setting : TinyJob.MODEL) {
            String[] nameAndValue = setting.split("=", 2);
            registry.add(nameAndValue[0], () -> nameAndValue[1]);
        }
    }

    @BeforeEach
    void runAJobUndisturbed() throws InterruptedException {
        http = new Http(port);
        String id = TinyJob.createFull(http);
        follow(id).untilItsEnd();
        weights = TinyJob.weights(http, id);
    }

    @Test
    void aRunGoesOnFromTheCheckpointBeforeOneWithAFlippedBit() throws InterruptedException {
        String id = pausedJob();
        double before = damagedCheckpoints();
        String blob = newestFirst(id, "weights_blob").getFirst();
        String stepBefore = newestFirst(id, "step").getLast();
        damage().change(blob);

        assertThat(resume(id))
                .anySatisfy(message -> assertThat(message)
                        .startsWith("The checkpoint of step ")
                        .contains("Blob " + blob + " is corrupt: ")
                        .contains(" does not have the SHA-256 it ")
                        .endsWith("falling back to the one before"))
                .contains("Resumed from step " + stepBefore + " of 60");
        assertThat(damagedCheckpoints()).isEqualTo(before + 1);
    }

    @Test
    void aRunWithoutAnyWholeCheckpointStartsFromTheBeginning() throws InterruptedException {
        String id = pausedJob();
        double before = damagedCheckpoints();
        List<String> optimizers = newestFirst(id, "optimizer_blob");
        assertThat(optimizers).hasSize(2);
        optimizers.forEach(damage()::change);

        assertThat(resume(id))
                .anyMatch(message -> message.endsWith("no other is left, so the job starts from the beginning"))
                .noneMatch(message -> message.startsWith("Resumed from step "));
        assertThat(damagedCheckpoints()).isEqualTo(before + 2);
    }

    @Test
    @Tag("embedded")
    void aRunWaitsForTheFilesOfItsCheckpointsToComeBack() throws InterruptedException {
        String id = pausedJob();
        double before = damagedCheckpoints();
        String newest = newestFirst(id, "step").getFirst();
        unmounted(() -> {
            http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "");
            awaitPauseForAFile(id);
        });

        assertThat(damagedCheckpoints()).isEqualTo(before);
        assertThat(resume(id)).contains("Resumed from step " + newest + " of 60");
    }

    @Test
    @Tag("embedded")
    void aRunGivesNothingUpAsLongAsAFileMayComeBack() throws InterruptedException {
        String id = pausedJob();
        List<String> steps = newestFirst(id, "step");
        List<String> blobs = newestFirst(id, "weights_blob");
        damage().change(blobs.getFirst());
        damage().lose(blobs.getLast());

        http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "");

        awaitPauseForAFile(id);
        assertThat(newestFirst(id, "step")).hasSize(2).isEqualTo(steps);
    }

    @Test
    @Tag("embedded")
    void aJobThatHasNotBegunWaitsForItsDataToComeBack() throws InterruptedException {
        String before = TinyJob.createFull(http);
        follow(before).untilItsEnd();
        String data = ofJob(before, "training_file");
        AtomicReference<String> id = new AtomicReference<>("");
        unmounted(() -> {
            Http.Answer created = http.postJson("/v1/fine_tuning/jobs", """
                    {"model": "tiny", "training_file": "%s", "method": {"type": "dpo"}}""".formatted(data));
            assertThat(created.status()).as(created.response().body()).isEqualTo(200);
            id.set(created.json().get("id").asString());
            awaitPauseForAFile(id.get());
        });

        http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "");
        assertThat(follow(id.get()).untilItsEnd())
                .anyMatch(event -> event.message().equals("The job has succeeded"));
    }

    @Test
    void aModelWhoseWeightsAreDamagedIsSaidToBeUnusableWhenItIsUsed() throws InterruptedException {
        String id = TinyJob.createFull(http);
        follow(id).untilItsEnd();
        String model = ofJob(id, "fine_tuned_model");
        damage().lose(sql.sql("select weights_blob from tuned_model where job_id = ?")
                .param(id)
                .query(String.class)
                .single());

        Http.Answer answer = http.postJson("/v1/dpo/loss", """
                {"model": "%s", "prompt": [1, 2], "chosen": [3], "rejected": [4]}""".formatted(model));

        assertThat(answer.status()).isEqualTo(422);
        JsonNode error = answer.json().get("error");
        assertThat(error.get("code").asString()).isEqualTo("model_unusable");
        assertThat(error.get("message").asString())
                .contains(model)
                .contains(" is corrupt: ")
                .contains("is missing");
    }

    private String ofJob(String id, String field) {
        return http.get("/v1/fine_tuning/jobs/" + id).json().get(field).asString();
    }

    /** While the folder of blobs is away. */
    private void unmounted(Meanwhile meanwhile) throws InterruptedException {
        damage().unmount();
        try {
            meanwhile.run();
        } finally {
            damage().mount();
        }
    }

    private interface Meanwhile {
        void run() throws InterruptedException;
    }

    private void awaitPauseForAFile(String id) throws InterruptedException {
        assertThat(follow(id)
                        .await(event -> event.message().startsWith("The job is paused: "))
                        .message())
                .contains(" is missing. Bring it back: ");
    }

    private BlobDamage damage() {
        return BlobDamage.of(sql, environment);
    }

    private String pausedJob() throws InterruptedException {
        String id = TinyJob.createFull(http);
        EventStream events = follow(id);
        events.await(event -> event.ofStep(PAUSED_AT));
        http.postJson("/v1/fine_tuning/jobs/" + id + "/pause", "");
        events.await(event -> event.message().startsWith("Stopped after step "));
        return id;
    }

    /** Resumes the job, sees that it ends with the weights it was to have, and returns what it told. */
    private List<String> resume(String id) throws InterruptedException {
        http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "");
        List<ShownEvent> shown = follow(id).untilItsEnd();
        assertThat(TinyJob.weights(http, id)).isEqualTo(weights);
        return shown.stream().map(ShownEvent::message).toList();
    }

    private List<String> newestFirst(String id, String column) {
        return sql
                .sql("select " + column + " from job_checkpoint where job_id = ? order by step desc")
                .param(id)
                .query(String.class)
                .stream()
                .map(Objects::requireNonNull)
                .toList();
    }

    private double damagedCheckpoints() {
        return meters.get("dpo4j.checkpoints.damaged").counter().count();
    }

    private EventStream follow(String id) {
        return new EventStream(port, id, 0);
    }
}
