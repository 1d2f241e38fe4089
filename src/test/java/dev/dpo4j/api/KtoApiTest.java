package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.JobNews;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Labelled answers over the whole service: TRL's figures (kto.json), what is refused, and jobs that train on them. */
@ServiceTest
class KtoApiTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNode GOLDEN = Golden.read("kto.json");
    private static final Duration LONG = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private JobNews news;

    private Http http;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        for (int seed = 1; seed <= 2; seed++) {
            String prefix = "dpo4j.models.seeded.tiny-" + seed;
            int of = seed;
            registry.add(prefix + ".seed", () -> of);
            GOLDEN.get("config")
                    .properties()
                    .forEach(field -> registry.add(
                            prefix + ".config." + field.getKey().replace('_', '-'),
                            () -> field.getValue().asString()));
        }
    }

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    static Stream<JsonNode> casesOfTrl() {
        return GOLDEN.get("cases").valueStream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfTrl")
    void answersWithTrlsLossDistanceRewardsAndGradientNorm(JsonNode golden) {
        ObjectNode request = JSON.createObjectNode()
                .put("model", "tiny-" + golden.get("policy_seed").intValue())
                .put("reference_model", "tiny-" + golden.get("reference_seed").intValue())
                .put("loss_type", "kto")
                .put("include_gradient_norm", true);
        request.setAll((ObjectNode) golden.get("options"));
        ArrayNode preferences = request.putArray("preferences");
        golden.get("rows")
                .valueStream()
                .map(i -> GOLDEN.get("batch").get(i.intValue()))
                .forEach(row -> preferences
                        .addObject()
                        .set("prompt", row.get("prompt_ids"))
                        .set("completion", row.get("completion_ids"))
                        .set("label", row.get("label")));

        JsonNode answer = ask(request.toString());

        close(answer.get("loss").asDouble(), golden.get("loss"));
        close(answer.get("gradient_norm").asDouble(), golden.get("grad_norm"));
        JsonNode metrics = golden.get("metrics");
        if (request.get("loss_type").asString().equals("kto")) {
            close(answer.get("kl").asDouble(), metrics.get("kl"));
        } else {
            assertThat(answer.has("kl")).isFalse();
        }
        close(mean(answer, true, "reward"), metrics.get("rewards/chosen"));
        close(mean(answer, false, "reward"), metrics.get("rewards/rejected"));
        close(mean(answer, true, "logprob"), metrics.get("logps/chosen"));
        close(mean(answer, false, "logprob"), metrics.get("logps/rejected"));
        metrics.propertyNames().stream()
                .filter(name -> !List.of("kl", "num_tokens").contains(name))
                .forEach(name -> close(answer.get("metrics").get(name).asDouble(), metrics.get(name)));
        assertThat(answer.get("metrics").has("rewards/accuracies")).isFalse();
        JsonNode first = answer.at("/preferences/0");
        assertThat(first.propertyNames()).containsExactly("loss", "completion", "label");
        assertThat(first.at("/completion/tokens"))
                .hasSize(preferences.at("/0/completion").size());
    }

    private static OptionalDouble mean(JsonNode answer, boolean label, String figure) {
        return answer.get("preferences")
                .valueStream()
                .filter(preference -> preference.get("label").asBoolean() == label)
                .mapToDouble(
                        preference -> preference.get("completion").get(figure).asDouble())
                .average();
    }

    private static void close(OptionalDouble actual, @Nullable JsonNode expected) {
        assertThat(actual.isPresent()).isEqualTo(expected != null);
        if (expected != null) {
            close(actual.orElseThrow(), expected);
        }
    }

    @Test
    void aPreferenceIsAGoodAnswerAndABadOneForEachThatWasRejected() {
        JsonNode pairs = ask("""
                {"model": "tiny-1", "reference_model": "tiny-2", "loss_type": "kto", "preferences": [
                  {"prompt": [1, 2], "chosen": [3, 4], "rejected": [[5], [6, 7]]},
                  {"prompt": [8, 9], "completion": [10], "label": "good"}]}""");
        JsonNode labelled = ask("""
                {"model": "tiny-1", "reference_model": "tiny-2", "loss_type": "kto", "preferences": [
                  {"prompt": [1, 2], "completion": [3, 4], "label": true},
                  {"prompt": [1, 2], "completion": [5], "label": "bad"},
                  {"prompt": [1, 2], "completion": [6, 7], "label": false},
                  {"prompt": [8, 9], "completion": [10], "label": true}]}""");

        assertThat(pairs).isEqualTo(labelled);
        assertThat(pairs.get("preferences")
                        .valueStream()
                        .map(p -> p.get("label").asBoolean()))
                .containsExactly(true, false, false, true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"prompt":[1],"completion":[2],"label":true}                                  | invalid_preference | /completion | loss compares chosen with rejected answers: give those, or take loss_type kto
            {"loss_type":"kto","prompt":[1],"completion":[2],"label":true}                | invalid_preference |             | all rows have the same prompt
            {"loss_type":"kto","prompt":[1],"completion":[2]}                             | invalid_preference | /label      | is missing
            {"loss_type":"kto","prompt":[1],"label":true}                                 | invalid_preference | /completion | is missing
            {"loss_type":"kto","prompt":[1],"completion":[2],"label":1}                   | invalid_preference | /label      | must be true or "good", or false or "bad", not the number 1
            {"loss_type":"kto","preferences":[{"prompt":[1],"completion":[2],"label":"fair"}]} | invalid_preference | /preferences/0/label | not "fair"
            {"loss_type":"kto","prompt":[1],"completion":[2],"label":true,"chosen":[3]}   | invalid_preference | /rejected   | is missing
            {"loss_type":"kto","prompt":[1],"chosen":[2],"rejected":[3],"label":true}     | invalid_preference | /label      | unknown field
            {"loss_type":"kto","prompt":[1],"completion":[2],"label":true,"explain":true} | invalid_value      | /explain    | Only losses of preferences are explained
            {"loss_type":["kto","sft"],"prompt":[1],"completion":[2],"label":true}        | invalid_value      | /loss_type  | not both
            {"desirable_weight":2,"prompt":[1],"chosen":[2],"rejected":[3]}               | invalid_value      | /desirable_weight | no effect on sigmoid
            {"loss_type":"kto","undesirable_weight":0,"prompt":[1],"completion":[2],"label":true} | invalid_value | /undesirable_weight | a positive number
            """)
    void whatIsNoLabelledAnswerIsRefusedWhereItIsWrong(
            String body, String code, @Nullable String pointer, String reason) {
        Http.Answer answer = http.postJson("/v1/dpo/loss", body);

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo(code);
        assertThat(answer.json().get("detail").asString()).contains(reason);
        if (pointer != null) {
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
        }
    }

    /** Good answers end in 3, bad ones in 4, whatever the prompt: that can be learnt. */
    @ParameterizedTest
    @CsvSource({"kto, false, 3e-3", "kto, true, 1e-2", "apo_zero_unpaired, false, 3e-3"})
    void aJobMakesGoodAnswersLikelierThanBadOnes(String loss, boolean lora, double rate) throws InterruptedException {
        String file = upload(IntStream.range(0, 16)
                .mapToObj(i -> "{\"prompt_ids\": [1, %d], \"completion_ids\": [2, %d], \"label\": %s}"
                        .formatted(20 + i, i % 3 == 0 ? 4 : 3, i % 3 == 0 ? "\"bad\"" : "true"))
                .collect(Collectors.joining("\n")));

        List<JsonNode> metrics =
                run(file, """
                "loss_type": "%s", "undesirable_weight": 2, "batch_size": 8, "n_epochs": 8, "learning_rate": %s%s""".formatted(loss, rate, lora ? ", \"lora\": {\"target_modules\": \"all-linear\"}" : ""));

        JsonNode first = metrics.getFirst();
        JsonNode last = metrics.getLast();
        assertThat(metrics).hasSize(16);
        assertThat(first.get("rewards/margins").asDouble()).isZero();
        assertThat(first.has("kl")).isEqualTo(loss.equals("kto"));
        assertThat(first.path("kl").asDouble(0)).isZero();
        assertThat(meanLoss(metrics.subList(14, 16))).isLessThan(0.95 * meanLoss(metrics.subList(0, 2)));
        assertThat(last.get("rewards/chosen").asDouble()).isPositive();
        assertThat(last.get("rewards/rejected").asDouble()).isNegative();
        assertThat(last.get("logps/chosen").asDouble()
                        - last.get("logps/rejected").asDouble())
                .isGreaterThan(1
                        + first.get("logps/chosen").asDouble()
                        - first.get("logps/rejected").asDouble());
        assertThat(last.propertyNames())
                .contains("entropy", "logits/chosen", "logits/rejected")
                .doesNotContain("rewards/accuracies", "mean_token_accuracy");
    }

    /** Of an epoch, so of the same answers each time. */
    private static double meanLoss(List<JsonNode> steps) {
        return steps.stream()
                .mapToDouble(step -> step.get("loss").asDouble())
                .average()
                .orElseThrow();
    }

    @Test
    void aStepWithoutBadAnswersTellsOfGoodOnesAlone() throws InterruptedException {
        for (String row : List.of(
                "{\"prompt\": [1, 2], \"completion\": [3], \"label\": true}",
                "{\"prompt\": [4, 5], \"completion\": [6], \"label\": \"good\"}",
                "{\"prompt\": [7, 8], \"completion\": [9], \"label\": true}",
                "{\"prompt\": [7, 9], \"completion\": [9], \"label\": false}")) {
            assertThat(http.postJson("/v1/datasets/thumbs/preferences", row).status())
                    .isIn(200, 201);
        }

        List<JsonNode> metrics =
                run("thumbs", "\"loss_type\": \"kto\", \"batch_size\": 2, \"n_epochs\": 1, \"shuffle\": false");

        assertThat(metrics.getFirst().propertyNames())
                .contains("rewards/chosen", "logps/chosen", "logits/chosen", "kl", "loss")
                .doesNotContain("rewards/rejected", "logps/rejected", "logits/rejected", "rewards/margins");
        assertThat(metrics.getLast().propertyNames())
                .contains("rewards/chosen", "rewards/rejected", "rewards/margins", "logps/rejected", "logits/rejected");
    }

    @Test
    void aJobOfPreferencesIsNotGivenLabelledAnswers() throws InterruptedException {
        String file = upload("{\"prompt\": [1, 2], \"completion\": [3], \"label\": true}");

        JsonNode job = end(create(file, "\"loss_type\": \"sigmoid\""));

        assertThat(job.get("status").asString()).isEqualTo("failed");
        assertThat(job.at("/error/param").asString()).isEqualTo("training_file");
        assertThat(job.at("/error/message").asString()).contains("line 1", "/completion", "take loss_type kto");
    }

    @Test
    void aBatchOfOneIsRefused() {
        Http.Answer answer = http.postJson(
                "/v1/fine_tuning/jobs", job(upload("{\"prompt\": [1], \"completion\": [3], \"label\": true}"), """
                        "loss_type": "kto", "batch_size": 1"""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/message").asString()).contains("batch_size must be at least 2 with kto");
    }

    private List<JsonNode> run(String file, String hyperparameters) throws InterruptedException {
        JsonNode job = end(create(file, hyperparameters));
        assertThat(job.get("status").asString()).as("%s", job).isEqualTo("succeeded");
        return http
                .get("/v1/fine_tuning/jobs/" + job.get("id").asString() + "/events?limit=100")
                .json()
                .get("data")
                .values()
                .stream()
                .filter(event -> event.get("type").asString().equals("metrics"))
                .map(event -> event.get("data"))
                .toList()
                .reversed();
    }

    private String upload(String rows) {
        JsonNode file = http.upload("/v1/files", "fine-tune", "rows.jsonl", rows.getBytes(StandardCharsets.UTF_8))
                .json();
        assertThat(file.get("status").asString()).as("%s", file).isEqualTo("processed");
        return file.get("id").asString();
    }

    private String create(String file, String hyperparameters) {
        Http.Answer created = http.postJson("/v1/fine_tuning/jobs", job(file, hyperparameters));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        return created.json().get("id").asString();
    }

    private static String job(String file, String hyperparameters) {
        return """
                {"model": "tiny-1", "training_file": "%s", "seed": 5,
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {%s}}}}""".formatted(file, hyperparameters);
    }

    private JsonNode end(String id) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            JsonNode job = http.get("/v1/fine_tuning/jobs/" + id).json();
            if (List.of("succeeded", "failed", "cancelled", "paused")
                    .contains(job.get("status").asString())) {
                return job;
            }
            assertThat(System.nanoTime()).as("%s", job).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    private JsonNode ask(String body) {
        Http.Answer answer = http.postJson("/v1/dpo/loss", body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static void close(double actual, JsonNode expected) {
        double golden = expected.asDouble();
        assertThat(actual).isCloseTo(golden, within(2e-6 + 1e-4 * Math.abs(golden)));
    }
}
