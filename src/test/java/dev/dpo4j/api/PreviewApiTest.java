package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.JobNews;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Looking at jobs that are not started. */
@ServiceTest
class PreviewApiTest {

    private static final String JOBS = "/v1/fine_tuning/jobs";
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private static Path models;

    @LocalServerPort
    private int port;

    @Autowired
    private JobNews news;

    private Http http;

    @DynamicPropertySource
    static void modelsDirectory(DynamicPropertyRegistry registry) throws Exception {
        TinyTextModel.write(models.resolve("tiny"));
        registry.add("dpo4j.models.directory", () -> models.toString());
    }

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @Test
    void showsTokensWithTheirRolesAndWhatIsOdd() {
        String file = upload("""
                {"prompt": "The answer", "chosen": " is Paris", "rejected": [" is the", " is"]}
                {"prompt": "The ans", "chosen": "wer is", "rejected": " the"}
                {"prompt": "The answer", "chosen": " is Paris", "rejected": [" is the", " is"]}
                """);

        JsonNode preview = preview("tiny", file, "\"n_epochs\": 2, \"batch_size\": 2", "?rows=1,2");

        assertThat(preview.get("object").asString()).isEqualTo("fine_tuning.job.preview");
        assertThat(preview.get("error").isNull()).as("%s", preview).isTrue();
        assertThat(preview.get("preferences").asInt()).isEqualTo(3);
        assertThat(preview.get("validation_preferences").asInt()).isZero();
        assertThat(preview.get("steps_per_epoch").asInt()).isEqualTo(2);
        assertThat(preview.get("total_steps").asInt()).isEqualTo(4);
        assertThat(preview.at("/method/dpo/hyperparameters/batch_size").asInt()).isEqualTo(2);
        assertThat(preview.get("rows")).hasSize(2);
        JsonNode row = preview.at("/rows/0");
        assertThat(text(row.get("prompt"))).startsWith("<s>").endsWith("The answer");
        assertThat(row.get("prompt").valueStream())
                .noneMatch(token -> token.get("trained").asBoolean());
        assertThat(row.get("answers")
                        .valueStream()
                        .map(answer -> answer.get("role").asString()))
                .containsExactly("chosen", "rejected", "rejected");
        assertThat(text(row.at("/answers/0/tokens"))).isEqualTo(" is Paris</s>");
        assertThat(row.at("/answers/0/tokens").valueStream())
                .allMatch(token -> token.get("trained").asBoolean());
        assertThat(preview.at("/rows/1/findings").toString()).isEqualTo("[\"boundary_merge\"]");
        assertThat(preview.at("/data/rows").asInt()).isEqualTo(3);
        assertThat(preview.at("/data/pairs").asInt()).isEqualTo(5);
        assertThat(finding(preview, "duplicate").get("rows").toString()).isEqualTo("[3]");
        assertThat(finding(preview, "boundary_merge").get("count").asInt()).isEqualTo(1);
        assertThat(preview.at("/data/lengths/text/max").asInt())
                .isEqualTo(
                        row.get("prompt").size() + row.at("/answers/0/tokens").size());
    }

    @Test
    void showsWhatMaxLengthCutsOff() {
        String file = upload("{\"prompt\": [1,2,3,4,5], \"chosen\": [6,7,8], \"rejected\": [9,10]}\n");

        JsonNode start = preview("notebook", file, "\"max_length\": 7", "").at("/rows/0");
        assertThat(flags(start.get("prompt"), "cut")).isEqualTo("00000");
        assertThat(flags(start.at("/answers/0/tokens"), "cut")).isEqualTo("001");
        assertThat(flags(start.at("/answers/0/tokens"), "trained")).isEqualTo("110");
        assertThat(start.at("/findings").toString()).isEqualTo("[\"answer_truncated\"]");

        JsonNode end = preview("notebook", file, "\"max_length\": 7, \"truncation_mode\": \"keep_prompt_end\"", "")
                .at("/rows/0");
        assertThat(flags(end.get("prompt"), "cut")).isEqualTo("10000");
        assertThat(flags(end.at("/answers/0/tokens"), "cut")).isEqualTo("000");
    }

    /** What is left of it begins with the same token, which is no begin token. */
    @Test
    void aPromptThatLosesItsBeginningShowsWhichTokensItLost() {
        String file = upload("{\"prompt\": [5,6,7,5,8], \"chosen\": [6,7], \"rejected\": [9,10]}\n");

        JsonNode row = preview("notebook", file, "\"max_length\": 4, \"truncation_mode\": \"keep_prompt_end\"", "")
                .at("/rows/0");

        assertThat(flags(row.get("prompt"), "cut")).isEqualTo("11100");
    }

    @Test
    void aPromptThatLosesItsBeginningKeepsItsBeginToken() {
        String file = upload(
                "{\"prompt\": \"The answer is the answer\", \"chosen\": \" is Paris\", \"rejected\": \" is\"}\n");
        int tokens = preview("tiny", file, "", "").at("/data/lengths/text/max").asInt();

        JsonNode prompt = preview(
                        "tiny",
                        file,
                        "\"max_length\": %d, \"truncation_mode\": \"keep_prompt_end\"".formatted(tokens - 2),
                        "")
                .at("/rows/0/prompt");

        assertThat(prompt.at("/0/text").asString()).isEqualTo("<s>");
        assertThat(flags(prompt, "cut")).startsWith("0110").matches("0110+");
    }

    @Test
    void aTokenThatOnlyTheModelKnowsHasNoText() {
        String file = upload("{\"prompt\": [1,2], \"chosen\": [6,500], \"rejected\": [7,2]}\n");

        JsonNode tokens = preview("tiny", file, "", "").at("/rows/0/answers/0/tokens");

        assertThat(tokens.at("/0/text").isNull()).isFalse();
        assertThat(tokens.at("/1/id").asInt()).isEqualTo(500);
        assertThat(tokens.at("/1").path("text").isMissingNode()
                        || tokens.at("/1/text").isNull())
                .isTrue();
    }

    @Test
    void rowsThatWeighNothingAreNamed() {
        String file = upload("""
                {"prompt": [1,2], "chosen": [6,7], "rejected": [9,10]}
                {"prompt": [1,2], "chosen": [6,8], "rejected": [9,10], "weight": 0}
                """);

        JsonNode preview = preview("notebook", file, "", "");

        assertThat(finding(preview, "weightless").get("rows").toString()).isEqualTo("[2]");
        assertThat(preview.get("preferences").asInt()).isEqualTo(1);
    }

    @Test
    void aValidationFileIsLookedAtByItself() {
        String file = upload("{\"prompt\": [1,2], \"chosen\": [6,7], \"rejected\": [9,10]}\n");
        String validation = upload("""
                {"prompt": [1,2,3], "chosen": [6,7], "rejected": [9,10]}
                {"prompt": [1,2,3,4,5,6], "chosen": [6], "rejected": [6]}
                """);
        String both = body("notebook", file, "\"max_length\": 6")
                .replace("\"seed\"", "\"validation_file\": \"%s\", \"seed\"".formatted(validation));

        JsonNode preview = http.postJson(JOBS + "/preview", both).json();

        assertThat(preview.at("/data/rows").asInt()).isEqualTo(1);
        assertThat(preview.at("/data/findings")).isEmpty();
        assertThat(preview.at("/validation_data/rows").asInt()).isEqualTo(2);
        assertThat(preview.at("/validation_data/lengths/text/max").asInt()).isEqualTo(7);
        assertThat(preview.at("/validation_data/findings")
                        .valueStream()
                        .map(finding -> finding.get("type").asString() + finding.get("rows")))
                .containsExactlyInAnyOrder("dropped[2]", "identical_answers[2]");
        assertThat(preview.get("rows")).as("of the training file").hasSize(1);
        assertThat(preview("notebook", file, "", "").get("validation_data").isNull())
                .isTrue();
    }

    @Test
    void withALossOfLabelledAnswersIdenticalAnswersOfARowAreFoundToo() {
        String file = upload("""
                {"prompt": [1,2], "chosen": [6,7], "rejected": [6,7]}
                {"prompt": [1,3], "chosen": [6,7], "rejected": [9,10]}
                """);

        JsonNode preview = preview("notebook", file, "\"loss_type\": \"kto\"", "");

        assertThat(finding(preview, "identical_answers").get("rows").toString()).isEqualTo("[1]");
    }

    @Test
    void saysWhyAJobWouldFailAndShowsItsRowsAllTheSame() {
        String file = upload("""
                {"prompt": [1,2,3,4,5], "chosen": [6,7,8], "rejected": [9,10]}
                {"prompt": [1], "chosen": [2], "rejected": [9999]}
                """);

        JsonNode preview = preview("notebook", file, "\"max_length\": 7, \"truncation_mode\": \"error\"", "");

        assertThat(preview.at("/error/code").asString()).isEqualTo("invalid_training_file");
        assertThat(preview.at("/error/message").asString())
                .contains("line 1", "line 2", "outside the model's vocabulary");
        assertThat(preview.get("memory_plan").isNull()).isTrue();
        assertThat(preview.get("rows")).hasSize(1);
        assertThat(preview.at("/rows/0/findings").toString()).isEqualTo("[\"too_long\"]");
    }

    /** What it says is what comes, and asking changes nothing. */
    @Test
    void theJobIsAsItWasPreviewed() throws InterruptedException {
        String file = upload("{\"prompt\": [1,2,3], \"chosen\": [6,7,8], \"rejected\": [9,10]}\n".repeat(6)
                + "{\"prompt\": [4,5], \"chosen\": [6,7,8], \"rejected\": [9,10]}\n".repeat(2));
        String hyperparameters = "\"n_epochs\": 2, \"batch_size\": 3, \"validation_split\": 2";
        int before = http.get(JOBS).json().get("data").size();

        JsonNode preview = preview("notebook", file, hyperparameters, "");

        assertThat(http.get(JOBS).json().get("data").size()).isEqualTo(before);
        String id = http.postJson(JOBS, body("notebook", file, hyperparameters))
                .json()
                .get("id")
                .asString();
        JsonNode job = end(id);
        assertThat(job.get("memory_plan")).isEqualTo(preview.get("memory_plan"));
        assertThat(job.at("/method")).isEqualTo(preview.at("/method"));
        assertThat(http.get(JOBS + "/" + id + "/events?limit=100")
                        .json()
                        .get("data")
                        .valueStream()
                        .map(event -> event.get("message").asString()))
                .contains("Training started: %d preferences and %d for validation, %d steps an epoch, %d steps in all"
                        .formatted(
                                preview.get("preferences").asInt(),
                                preview.get("validation_preferences").asInt(),
                                preview.get("steps_per_epoch").asInt(),
                                preview.get("total_steps").asInt()));
    }

    /** Its speed is measured anew each time, on a machine that may have other work meanwhile. */
    @Test
    void aThousandTimesTheStepsTakeAboutAThousandTimesAsLong() {
        String file = upload("{\"prompt\": [1,2,3], \"chosen\": [6,7,8], \"rejected\": [9,10]}\n");
        double some = seconds(file, 100_000);
        double many = seconds(file, 100_000_000);
        assertThat(some).isPositive();
        assertThat(many / some).isBetween(100.0, 10_000.0);
    }

    private double seconds(String file, int maxSteps) {
        return preview("notebook", file, "\"max_steps\": " + maxSteps, "")
                .get("estimated_seconds")
                .asDouble();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nobody   | ''                 | ''       | 404
            notebook | '"batch_size": 0'  | ''       | 400
            notebook | ''                 | ?rows=0  | 400
            notebook | ''                 | ?rows=x  | 400
            notebook | ''                 | ?rows=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21 | 400
            """)
    void whatNoJobCouldBeIsRefused(String model, String hyperparameters, String query, int status) {
        String file = upload("{\"prompt\": [1,2,3], \"chosen\": [6,7,8], \"rejected\": [9,10]}\n");
        assertThat(http.postJson(JOBS + "/preview" + query, body(model, file, hyperparameters))
                        .status())
                .isEqualTo(status);
    }

    /** Of a handler with a constraint of its own, the rows to show, Spring checks the body in another way. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '"save_total_limit": 0'             | save_total_limit
            '"lora": {"r": 0}'                  | lora.r
            '"max_steps": 0, "adam_epsilon": 2' | adam_epsilon
            '"loss_weights": []'                | loss_weights
            '"loss_weights": [1, null]'         | loss_weights.1
            """)
    void whatNoJobCouldBeIsRefusedInTheWordsOfItsStart(String hyperparameters, String param) {
        String body = body("notebook", "any", hyperparameters);
        JsonNode start = http.postJson(JOBS, body).json();
        assertThat(start.at("/error/param").asString()).isEqualTo("method.dpo.hyperparameters." + param);
        for (String query : List.of("", "?rows=0")) {
            Http.Answer answer = http.postJson(JOBS + "/preview" + query, body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().get("error")).isEqualTo(start.get("error"));
            assertThat(answer.json().get("errors")).isEqualTo(start.get("errors"));
        }
    }

    /** A job's method is that of another job: whoever wants the same once more sends it as it was told. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"learning_rate\": 3.3e-7",
                "\"learning_rate_multiplier\": 0.3, \"lora\": {}",
                "\"lora\": {\"r\": 4, \"target_modules\": \"all-linear\", \"rank_pattern\": {\"q_proj\": 2}, \"use_dora\": true}",
                "\"loss_type\": [\"ipo\", \"sft\"], \"loss_weights\": [1, 0.5]",
                "\"loss_type\": \"simpo\", \"simpo_gamma\": 1.5",
                "\"loss_type\": \"plackett_luce\", \"rejected_ranked\": true",
                "\"f_divergence_type\": \"alpha_divergence\", \"f_alpha_divergence_coef\": 0.3, \"ld_alpha\": 0.5",
                "\"max_length\": null, \"sync_ref_model\": true, \"ref_model_sync_steps\": 2, \"data_seed\": 3",
                "\"lr_scheduler_type\": \"cosine_with_min_lr\", \"lr_scheduler_kwargs\": {\"min_lr_rate\": 0.1}, \"warmup_ratio\": 0.1",
                "\"validation_split\": 1, \"eval_steps\": 0.5, \"early_stopping_patience\": 2, \"metric_for_best_model\": \"rewards/margins\"",
            })
    void theMethodThatIsToldCanBeSent(String hyperparameters) {
        String file = upload("""
                {"prompt": [1,2,3], "chosen": [6,7,8], "rejected": [[9,10],[9]]}
                {"prompt": [1,2], "chosen": [6,7,8], "rejected": [[9,10],[9]]}
                {"prompt": [2,3], "chosen": [6,7,8], "rejected": [[9,10],[9]]}
                """);
        JsonNode method = preview("tiny", file, hyperparameters, "").get("method");
        assertThat(method.at("/dpo/hyperparameters").properties()).isNotEmpty();

        Http.Answer again = http.postJson(
                JOBS + "/preview",
                "{\"model\": \"tiny\", \"training_file\": \"%s\", \"seed\": 7, \"method\": %s}"
                        .formatted(file, method));

        assertThat(again.status()).as(again.response().body()).isEqualTo(200);
        assertThat(again.json().get("method")).isEqualTo(method);
    }

    private JsonNode preview(String model, String file, String hyperparameters, String query) {
        Http.Answer answer = http.postJson(JOBS + "/preview" + query, body(model, file, hyperparameters));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static String body(String model, String file, String hyperparameters) {
        return """
                {"model": "%s", "training_file": "%s", "seed": 7,
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {%s}}}}""".formatted(model, file, hyperparameters);
    }

    private static JsonNode finding(JsonNode preview, String type) {
        return preview.at("/data/findings")
                .valueStream()
                .filter(finding -> finding.get("type").asString().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static String text(JsonNode tokens) {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append(token.get("text").asString()));
        return text.toString();
    }

    private static String flags(JsonNode tokens, String name) {
        StringBuilder flags = new StringBuilder();
        tokens.forEach(token -> flags.append(token.get(name).asBoolean() ? 1 : 0));
        return flags.toString();
    }

    private String upload(String rows) {
        return http.upload("/v1/files", "fine-tune", "rows.jsonl", rows.getBytes(StandardCharsets.UTF_8))
                .json()
                .get("id")
                .asString();
    }

    private JsonNode end(String id) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            JsonNode job = http.get(JOBS + "/" + id).json();
            if (List.of("succeeded", "failed", "cancelled")
                    .contains(job.get("status").asString())) {
                assertThat(job.get("status").asString()).as("%s", job).isEqualTo("succeeded");
                return job;
            }
            assertThat(System.nanoTime()).as("%s", job).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }
}
