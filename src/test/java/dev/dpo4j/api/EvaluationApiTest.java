package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.JobNews;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Real jobs that evaluate a part of their training file. */
@ServiceTest
class EvaluationApiTest {

    private static final String JOBS = "/v1/fine_tuning/jobs";
    private static final Duration LONG = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private JobNews news;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    /** Rejected answers become less likely with every step, so by their log-probability the first evaluation is the best. */
    @Test
    void aJobStopsEarlyAndTheBestModelIsItsOwn() throws Exception {
        JsonNode job = ended(create("""
                "validation_split": 0.25, "eval_steps": 1, "max_steps": 8, "save_total_limit": 1,
                "early_stopping_patience": 2, "metric_for_best_model": "logps/rejected", "load_best_model_at_end": true"""));

        assertThat(job.get("status").asString()).as("%s", job).isEqualTo("succeeded");
        assertThat(job.at("/best_evaluation/step").asInt()).isEqualTo(1);
        assertThat(job.at("/best_evaluation/metric").asString()).isEqualTo("logps/rejected");
        String id = job.get("id").asString();
        List<JsonNode> events = events(id);
        assertThat(events)
                .extracting(event -> event.get("message").asString())
                .contains(
                        "Training started: 6 preferences and 2 for validation, 3 steps an epoch, 8 steps in all",
                        "The best model is that of step 1, and it is taken")
                .anyMatch(
                        message -> message.startsWith(
                                "Stopped early, after step 3 of 8: eval_logps/rejected has not improved in 2 evaluations; its best was "));
        List<JsonNode> evaluations = events.stream()
                .filter(event -> event.get("data").has("eval_loss"))
                .toList();
        assertThat(evaluations)
                .extracting(event -> event.at("/data/step").asInt())
                .containsExactly(0, 1, 2, 3);
        assertThat(job.at("/best_evaluation/value").asDouble())
                .isEqualTo(evaluations.get(1).at("/data/eval_logps~1rejected").asDouble());
        List<JsonNode> checkpoints = http.get(JOBS + "/" + id + "/checkpoints").json().get("data").values().stream()
                .toList();
        assertThat(checkpoints)
                .extracting(checkpoint -> checkpoint.get("step_number").asInt())
                .containsExactly(3, 1);
        assertThat(weights(job.get("fine_tuned_model").asString()))
                .isEqualTo(weights(
                        checkpoints.get(1).get("fine_tuned_model_checkpoint").asString()))
                .isNotEqualTo(weights(
                        checkpoints.get(0).get("fine_tuned_model_checkpoint").asString()));
    }

    /** All rows but one have the same prompt: three of eight cannot be held out, one can. */
    @Test
    void rowsOfOnePromptStayTogether() throws InterruptedException {
        String file = upload(IntStream.range(0, 8).map(row -> row == 5 ? 2 : 1));
        JsonNode job = ended(create(file, "\"validation_split\": 3, \"max_steps\": 1"));
        assertThat(events(job.get("id").asString()))
                .extracting(event -> event.get("message").asString())
                .contains("Training started: 7 preferences and 1 for validation, 4 steps an epoch, 1 steps in all");
    }

    @Test
    void aSplitThatLeavesASideEmptyFailsTheJobAndSaysWhy() throws InterruptedException {
        String file = upload(IntStream.range(0, 8).map(row -> 1));
        JsonNode job = ended(create(file, "\"validation_split\": 3"));
        assertThat(job.get("status").asString()).isEqualTo("failed");
        assertThat(job.at("/error/code").asString()).isEqualTo("nothing_to_validate_on");
        assertThat(job.at("/error/param").asString()).isEqualTo("method.dpo.hyperparameters.validation_split");
        assertThat(job.at("/error/message").asString())
                .isEqualTo(
                        "validation_split 3 of 8 rows is 3, and rows of one prompt stay together: every prompt has more rows than"
                                + " that, so nothing is held out. Choose another amount, or give a validation_file.");
    }

    private String create(String hyperparameters) {
        return create(upload(IntStream.range(10, 18)), hyperparameters);
    }

    private String create(String file, String hyperparameters) {
        Http.Answer created = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "%s", "seed": 5, "method": {"type": "dpo", "dpo": {"hyperparameters": {
                 "batch_size": 2, "learning_rate": 1e-3, %s}}}}""".formatted(file, hyperparameters));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        return created.json().get("id").asString();
    }

    private String upload(IntStream prompts) {
        int[] row = {0};
        String lines = prompts.mapToObj(
                        prompt -> "{\"prompt_ids\": [1, %d], \"chosen_ids\": [2, 3], \"rejected_ids\": [%d, 4, 5]}"
                                .formatted(prompt, 20 + row[0]++))
                .collect(Collectors.joining("\n"));
        JsonNode file = http.upload("/v1/files", "fine-tune", "rows.jsonl", lines.getBytes(StandardCharsets.UTF_8))
                .json();
        assertThat(file.get("status").asString()).as("%s", file).isEqualTo("processed");
        return file.get("id").asString();
    }

    private JsonNode ended(String id) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            JsonNode job = http.get(JOBS + "/" + id).json();
            if (List.of("succeeded", "failed").contains(job.get("status").asString())) {
                return job;
            }
            assertThat(System.nanoTime()).as("%s", job).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    private List<JsonNode> events(String id) {
        return http.get(JOBS + "/" + id + "/events?limit=100").json().get("data").values().stream()
                .toList()
                .reversed();
    }

    /** SHA-256 of the weights as they are downloaded. */
    private String weights(String model) throws IOException, NoSuchAlgorithmException {
        try (ZipInputStream zip = new ZipInputStream(http.stream("/v1/models/" + model + "/content"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith("model.safetensors")) {
                    MessageDigest digest = MessageDigest.getInstance("SHA-256");
                    return HexFormat.of().formatHex(digest.digest(zip.readAllBytes()));
                }
            }
        }
        throw new IllegalStateException("The download of " + model + " has no weights");
    }
}
