package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.JobNews;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A job that goes on finds its model's folder changed. */
@ServiceTest
class ChangedInputsTest {

    private static final String JOBS = "/v1/fine_tuning/jobs/";
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String LORA = ", \"lora\": {\"r\": 2}";

    @TempDir
    private static Path models;

    @LocalServerPort
    private int port;

    @Autowired
    private JobNews news;

    @Autowired
    private JdbcClient sql;

    private Http http;

    @DynamicPropertySource
    static void modelsDirectory(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> models.toString());
    }

    @BeforeEach
    void writeModel() throws IOException {
        http = new Http(port);
        TinyTextModel.write(folder());
    }

    @AfterEach
    void removeModel() throws IOException {
        FileSystemUtils.deleteRecursively(folder());
        FileSystemUtils.deleteRecursively(models.resolve("adapter"));
    }

    @Test
    void anAdapterWaitsForTheWeightsItHasBeenTrainedOn() throws Exception {
        String id = pausedAfterACheckpoint(LORA);
        byte[] weights = change("model.safetensors");

        resume(id);
        awaitEvent(
                id,
                "The job is paused: The weights of the model \"tiny\" are not those that the job has trained its adapter on."
                        + " Put these back, or cancel the job and create it anew. POST " + JOBS + id
                        + "/resume lets it go on.");
        assertThat(status(id)).isEqualTo("paused");

        Files.write(folder().resolve("model.safetensors"), weights);
        requireItGoesOn(id);
    }

    @Test
    void anAdapterIsTrainedFurtherAsItWasConfigured() throws Exception {
        String first = pausedAfterACheckpoint(LORA);
        Path config = download(checkpoint(first), "adapter").resolve("adapter_config.json");
        String id = pausedAfterACheckpoint("adapter", ", \"continue_adapter\": true");
        String before = Files.readString(config);
        ObjectNode changed = (ObjectNode) JsonMapper.shared().readTree(before);
        Files.writeString(config, changed.put("lora_alpha", 99).toString());

        resume(id);
        awaitEvent(
                id, "The job is paused: The adapter \"adapter\" is not configured as it was when the job was created.");
        assertThat(status(id)).isEqualTo("paused");

        Files.writeString(config, before);
        requireItGoesOn(id);
        cancel(first);
    }

    @Test
    void aJobOfAllWeightsHasThemInItsCheckpoint() throws Exception {
        String id = pausedAfterACheckpoint("");
        change("model.safetensors");
        requireItGoesOn(id);
    }

    @Test
    void aJobWaitsForTheTokensItHasBeenTrainedOn() throws Exception {
        String id = pausedAfterACheckpoint("");
        Path template = folder().resolve("chat_template.jinja");
        String before = Files.readString(template);
        Files.writeString(template, "{{ 'Be brief.\\n' }}" + before);

        resume(id);
        awaitEvent(
                id,
                "The job is paused: The data's token ids are not those that the job has trained on: the tokenizer, the chat template or"
                        + " the configuration of the model \"tiny\" has changed. Put the old files back, or cancel the job and create it"
                        + " anew. POST " + JOBS + id + "/resume lets it go on.");
        assertThat(status(id)).isEqualTo("paused");

        Files.writeString(template, before);
        requireItGoesOn(id);
    }

    @Test
    void aJobWaitsForTheConfigurationItHasComputedWith() throws Exception {
        String id = pausedAfterACheckpoint("");
        Path config = folder().resolve("config.json");
        String before = Files.readString(config);
        ObjectNode changed = (ObjectNode) JsonMapper.shared().readTree(before);
        Files.writeString(config, changed.put("rope_theta", 12345.0).toString());

        resume(id);
        awaitEvent(id, "The job is paused: The configuration of the model \"tiny\" (its shape, ");
        assertThat(status(id)).isEqualTo("paused");

        Files.writeString(config, before);
        requireItGoesOn(id);
    }

    @Test
    void aJobWaitsForItsTokenizer() throws Exception {
        String id = pausedAfterACheckpoint("");
        Path tokenizer = folder().resolve("tokenizer.json");
        byte[] before = Files.readAllBytes(tokenizer);
        Files.delete(tokenizer);

        resume(id);
        awaitEvent(id, "The job is paused: file-");
        assertThat(status(id)).isEqualTo("paused");

        Files.write(tokenizer, before);
        requireItGoesOn(id);
    }

    @Test
    void whatAnOldCheckpointDoesNotKnowIsNotCompared() throws Exception {
        String id = pausedAfterACheckpoint(LORA);
        sql.sql(
                        "update job_checkpoint set data_sha256 = null, base_sha256 = null, config_sha256 = null where job_id = ?")
                .param(id)
                .update();
        change("model.safetensors");
        requireItGoesOn(id);
    }

    private static Path folder() {
        return models.resolve("tiny");
    }

    /** Changes a file's last byte. */
    private static byte[] change(String name) throws IOException {
        Path file = folder().resolve(name);
        byte[] before = Files.readAllBytes(file);
        byte[] after = before.clone();
        after[after.length - 1] ^= 1;
        Files.write(file, after);
        return before;
    }

    /** A job of more steps than anybody waits for. */
    private String pausedAfterACheckpoint(String further) throws InterruptedException {
        return pausedAfterACheckpoint("tiny", further);
    }

    private String pausedAfterACheckpoint(String model, String further) throws InterruptedException {
        String file = http.upload("/v1/files", "fine-tune", "chats.jsonl", """
                        {"prompt": [{"role": "user", "content": "hi"}], "chosen": [{"role": "assistant", "content": "ho"}],
                         "rejected": [{"role": "assistant", "content": "no"}]}""".replace("\n", "")
                        .getBytes(StandardCharsets.UTF_8))
                .json()
                .get("id")
                .asString();
        Http.Answer created = http.postJson("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "%s", "seed": 5, "method": {"type": "dpo", "dpo": {"hyperparameters": {
                 "max_steps": 1000000000, "save_steps": 2, "logging_steps": 1000000000%s}}}}""".formatted(model, file, further));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        String id = created.json().get("id").asString();
        awaitEvent(id, "Checkpoint written after step ");
        assertThat(http.postJson(JOBS + id + "/pause", "").status()).isEqualTo(200);
        awaitEvent(id, "Stopped after step ");
        return id;
    }

    /** The newest one's model. */
    private String checkpoint(String id) {
        return http.get(JOBS + id + "/checkpoints")
                .json()
                .at("/data/0/fine_tuned_model_checkpoint")
                .asString();
    }

    /** An adapter's files into a folder of the models. */
    private Path download(String model, String name) throws IOException {
        Path target = Files.createDirectories(models.resolve(name));
        try (ZipInputStream zip = new ZipInputStream(http.stream("/v1/models/" + model + "/content"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.copy(zip, target.resolve(entry.getName()));
            }
        }
        return target;
    }

    private void resume(String id) {
        assertThat(http.postJson(JOBS + id + "/resume", "").status()).isEqualTo(200);
    }

    /** Resumes it, and ends it as soon as it has begun. */
    private void requireItGoesOn(String id) throws InterruptedException {
        resume(id);
        awaitEvent(id, "Resumed from step ");
        cancel(id);
    }

    /** And waits until its run is over. */
    private void cancel(String id) throws InterruptedException {
        assertThat(http.postJson(JOBS + id + "/cancel", "").status()).isEqualTo(200);
        await(
                id,
                messages -> sql.sql("select count(*) from scheduled_tasks where task_instance like ?")
                                .param(id + "#%")
                                .query(Integer.class)
                                .single()
                        == 0);
    }

    private String status(String id) {
        return http.get(JOBS + id).json().get("status").asString();
    }

    private void awaitEvent(String id, String start) throws InterruptedException {
        await(id, messages -> messages.stream().anyMatch(message -> message.startsWith(start)));
    }

    private void await(String id, Predicate<List<String>> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            List<String> messages = http.get(JOBS + id + "/events?limit=100").json().get("data").values().stream()
                    .map(event -> event.get("message").asString())
                    .toList();
            if (wanted.test(messages)) {
                return;
            }
            assertThat(System.nanoTime()).as("waited in vain: %s", messages).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }
}
