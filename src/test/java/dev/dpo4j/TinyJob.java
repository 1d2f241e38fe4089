package dev.dpo4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** A job of 60 steps that a service does in seconds: the same model, data and settings each time it is created. */
final class TinyJob {

    static final int STEPS = 60;
    static final int SAVE_STEPS = 7;

    /** For the service: a model with a large vocabulary, so that there is something to write into its checkpoints. */
    static final String[] MODEL = {
        "dpo4j.models.seeded.tiny.seed=3",
        "dpo4j.models.seeded.tiny.config.vocab-size=2048",
        "dpo4j.models.seeded.tiny.config.hidden-size=128",
        "dpo4j.models.seeded.tiny.config.intermediate-size=256",
        "dpo4j.models.seeded.tiny.config.num-hidden-layers=2",
        "dpo4j.models.seeded.tiny.config.num-attention-heads=4",
        "dpo4j.models.seeded.tiny.config.num-key-value-heads=2"
    };

    private static final int PREFERENCES = 40;
    private static final int VOCABULARY = 2048;

    private static final String FULL = "";
    private static final String LORA = ", \"lora\": {\"r\": 4, \"lora_alpha\": 8, \"target_modules\": \"all-linear\"}";

    private TinyJob() {}

    /** Starts a fine-tune of all weights and returns its id. */
    static String createFull(Http http) {
        return create(http, FULL);
    }

    /** Starts one of an adapter. */
    static String createLora(Http http) {
        return create(http, LORA);
    }

    /** SHA-256 of the weights of the model that a job has made. */
    static String weights(Http http, String jobId) {
        JsonNode job = http.get("/v1/fine_tuning/jobs/" + jobId).json();
        assertThat(job.get("status").asString()).as("%s", job).isEqualTo("succeeded");
        JsonNode model =
                http.get("/v1/models/" + job.get("fine_tuned_model").asString()).json();
        assertThat(model.at("/weights_sha256").asString()).as("%s", model).hasSize(64);
        return model.at("/weights_sha256").asString();
    }

    private static String create(Http http, String lora) {
        String body = """
                {"model": "tiny", "training_file": "%s", "validation_file": "%s", "seed": 5,
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {
                   "batch_size": 2, "n_epochs": 3, "learning_rate": 1e-3, "warmup_steps": 6, "weight_decay": 0.01,
                   "save_steps": %d%s}}}}""".formatted(upload(http, 1), upload(http, 2), SAVE_STEPS, lora);
        JsonNode job = created(http.postJson("/v1/fine_tuning/jobs", body));
        return job.get("id").asString();
    }

    private static String upload(Http http, long seed) {
        JsonNode file = created(http.upload(
                "/v1/files", "fine-tune", "tiny.jsonl", preferences(seed).getBytes(UTF_8)));
        assertThat(file.get("status").asString()).isEqualTo("processed");
        return file.get("id").asString();
    }

    private static JsonNode created(Http.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    /** Rows of token ids, of various lengths; every fourth has two rejected answers. */
    private static String preferences(long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, PREFERENCES)
                .mapToObj(row -> """
                        {"prompt_ids": %s, "chosen_ids": %s, "rejected_ids": %s}""".formatted(
                        ids(random, 8, 24),
                        ids(random, 4, 24),
                        row % 4 == 0 ? "[" + ids(random, 4, 24) + ", " + ids(random, 4, 24) + "]" : ids(random, 4, 24)))
                .collect(Collectors.joining("\n"));
    }

    private static String ids(Random random, int shortest, int longest) {
        return random.ints(random.nextInt(shortest, longest + 1), 0, VOCABULARY)
                .boxed()
                .toList()
                .toString();
    }
}
