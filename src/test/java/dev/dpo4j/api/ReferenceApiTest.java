package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.JobNews;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** What real jobs have to do with their reference. */
@ServiceTest
class ReferenceApiTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private JobNews news;

    @Test
    void whatOneJobComputedTheNextOnesFind() throws InterruptedException {
        Http http = new Http(port);
        String file = upload(http, 6);
        String more = upload(http, 8);

        String first = run(http, file, "");
        assertThat(references(http, first))
                .isNotEmpty()
                .allMatch(message -> message.endsWith(", 0 from the cache"))
                .endsWith("Reference log-probabilities: 6 of 6 preferences, 0 from the cache");

        String again = run(http, file, "");
        assertThat(references(http, again))
                .endsWith("Reference log-probabilities: 6 of 6 preferences, 6 from the cache");
        assertThat(weights(http, again)).isEqualTo(weights(http, first));

        assertThat(references(http, run(http, file, ", \"lora\": {\"r\": 2}")))
                .as("an adapter's reference is the same model")
                .endsWith("Reference log-probabilities: 6 of 6 preferences, 6 from the cache");
        assertThat(references(http, run(http, more, ", \"shuffle\": false")))
                .as("two more preferences, in a batch of their own")
                .endsWith("Reference log-probabilities: 8 of 8 preferences, 6 from the cache");
        assertThat(http.get("/actuator/prometheus").response().body())
                .contains("dpo4j_training_references_total{source=\"cache\"} 18.0")
                .contains("dpo4j_training_references_total{source=\"computed\"} 8.0");
    }

    @Test
    void aReferenceThatFollowsThePolicyHasWeightsOfItsOwnAndIsComputedBesideIt() throws InterruptedException {
        Http http = new Http(port);

        String id = run(http, upload(http, 6), """
                , "sync_ref_model": true, "ref_model_mixup_alpha": 1, "ref_model_sync_steps": 1""");

        assertThat(references(http, id)).isEmpty();
        JsonNode memory = http.get("/v1/fine_tuning/jobs/" + id).json().get("memory_plan");
        assertThat(memory.get("reference_bytes").asLong())
                .isPositive()
                .isEqualTo(memory.get("weights_bytes").asLong());
        // It is the policy after each step, so that no step finds a margin.
        List<Double> margins =
                http.get("/v1/fine_tuning/jobs/" + id + "/events?limit=100").json().get("data").values().stream()
                        .filter(event -> event.get("type").asString().equals("metrics"))
                        .map(event -> event.at("/data/rewards~1margins").asDouble())
                        .toList();
        assertThat(margins).hasSize(3).containsOnly(0.0);
    }

    private static String upload(Http http, int rows) {
        String lines = IntStream.range(0, rows)
                .mapToObj(i -> "{\"prompt_ids\": [1, %d], \"chosen_ids\": [2, 3], \"rejected_ids\": [%d, 4, 5]}"
                        .formatted(i, 10 + i))
                .collect(Collectors.joining("\n"));
        JsonNode file = http.upload("/v1/files", "fine-tune", "rows.jsonl", lines.getBytes(StandardCharsets.UTF_8))
                .json();
        assertThat(file.get("status").asString()).as("%s", file).isEqualTo("processed");
        return file.get("id").asString();
    }

    private String run(Http http, String file, String further) throws InterruptedException {
        Http.Answer created = http.postJson("/v1/fine_tuning/jobs", """
                {"model": "notebook", "training_file": "%s", "seed": 5, "method": {"type": "dpo", "dpo": {"hyperparameters": {
                 "batch_size": 2, "n_epochs": 1, "learning_rate": 1e-3%s}}}}""".formatted(file, further));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        String id = created.json().get("id").asString();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            JsonNode job = http.get("/v1/fine_tuning/jobs/" + id).json();
            String status = job.get("status").asString();
            assertThat(status).as("%s", job).isNotIn("failed", "cancelled", "paused");
            if (status.equals("succeeded")) {
                return id;
            }
            assertThat(System.nanoTime()).as("%s", job).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    private static List<String> references(Http http, String id) {
        return http.get("/v1/fine_tuning/jobs/" + id + "/events?limit=100").json().get("data").values().stream()
                .map(event -> event.get("message").asString())
                .filter(message -> message.startsWith("Reference log-probabilities"))
                .toList()
                .reversed();
    }

    private static String weights(Http http, String id) {
        String model = http.get("/v1/fine_tuning/jobs/" + id)
                .json()
                .get("fine_tuned_model")
                .asString();
        return http.get("/v1/models/" + model).json().get("weights_sha256").asString();
    }
}
