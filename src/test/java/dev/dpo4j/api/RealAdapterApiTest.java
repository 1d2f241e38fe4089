package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.ServiceTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The adapter folder that TRL's trainer went on from in the golden, on SmolLM2-135M. A job that trains that adapter further takes TRL's steps;
 * one that trains a new one or all weights begins from the same model and against the same reference: the first step's figures but the
 * gradient are the same.
 */
@Tag("real")
@ServiceTest
@DirtiesContext // the database is closed at the end, and its files go
class RealAdapterApiTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path SHARED = Path.of(System.getProperty("dpo4j.test.shared", "../shared"));

    @TempDir(factory = BelowTarget.class)
    private static Path home;

    /** The system's folder for temporary files is often memory, and here is a whole model. */
    static final class BelowTarget implements TempDirFactory {

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.createTempDirectory(Path.of("target"), "real-adapter");
        }
    }

    @DynamicPropertySource
    static void whereThingsAre(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.home", () -> home.toAbsolutePath().toString());
        registry.add("dpo4j.models.directory", () -> home.resolve("models").toString());
    }

    /** The golden's adapter wants its base by the name "smollm2". */
    @BeforeAll
    static void copyModels() throws IOException {
        Path smolLm2 = Path.of(Objects.requireNonNull(
                System.getProperty("dpo4j.test.smollm2"), "Say where SmolLM2 is: -Ddpo4j.test.smollm2=<its folder>"));
        FileSystemUtils.copyRecursively(smolLm2, home.resolve("models/smollm2"));
        FileSystemUtils.copyRecursively(SHARED.resolve("goldens/adapter-open"), home.resolve("models/adapter-open"));
    }

    @Test
    void theStepsOfAnAdapterTrainedFurtherAreTrls(@LocalServerPort int port) {
        JsonNode golden = read("goldens/lora-open.json");
        JsonNode options = golden.get("hyperparameters");

        List<JsonNode> steps = train(new Http(port), golden, """
                , "continue_adapter": true, "learning_rate": %s, "lr_scheduler_type": %s, "weight_decay": %s""".formatted(
                        options.get("learning_rate"), options.get("lr_scheduler_type"), options.get("weight_decay")));

        assertThat(steps).hasSize(4).hasSameSizeAs(golden.get("steps"));
        for (int i = 0; i < steps.size(); i++) {
            JsonNode expected = golden.get("steps").get(i);
            assertClose(steps.get(i), expected, "loss", 5e-5);
            assertClose(steps.get(i), expected, "grad_norm", 1e-3);
            assertClose(steps.get(i), expected, "learning_rate", 1e-12);
            assertClose(steps.get(i), expected, "logps/chosen", 0.01);
            assertClose(steps.get(i), expected, "rewards/chosen", 2e-4);
            assertClose(steps.get(i), expected, "rewards/rejected", 2e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"lora\": {\"target_modules\": \"all-linear\"}"})
    void theFirstStepFromAnAdapterIsTrls(String lora, @LocalServerPort int port) {
        Http http = new Http(port);
        JsonNode golden = read("goldens/lora-open.json");
        JsonNode expected = golden.at("/steps/0");

        JsonNode first = train(http, golden, ", \"max_steps\": 1" + lora).getFirst();

        assertClose(first, expected, "loss", 5e-5);
        assertClose(first, expected, "logps/chosen", 0.01);
        assertClose(first, expected, "logps/rejected", 0.01);
        assertClose(first, expected, "rewards/chosen", 2e-4);
        assertClose(first, expected, "rewards/margins", 2e-4);
        assertThat(first.get("num_tokens").doubleValue())
                .isEqualTo(expected.get("num_tokens").doubleValue());
    }

    @Test
    void theAdapterIsNotItsBase(@LocalServerPort int port) {
        Http.Answer answer = new Http(port).postJson("/v1/dpo/loss", """
                {"model": "adapter-open", "prompt": "The sky is", "chosen": " blue.", "rejected": " green."}""");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().get("reference_model").asString()).isEqualTo("smollm2");
        assertThat(Math.abs(answer.json().at("/preferences/0/logits/0").doubleValue()))
                .isGreaterThan(0.01);
    }

    private static void assertClose(JsonNode actual, JsonNode expected, String name, double tolerance) {
        assertThat(actual.get(name).doubleValue())
                .as(name)
                .isCloseTo(expected.get(name).doubleValue(), within(tolerance));
    }

    /** Trains on the golden's rows and returns each step's metrics; the stream of events ends with the job. */
    private static List<JsonNode> train(Http http, JsonNode golden, String further) {
        JsonNode all = read("data/dpo_en_demo.json");
        String rows = StreamSupport.stream(golden.get("rows").spliterator(), false)
                .map(row -> all.get(row.intValue()).toString())
                .collect(Collectors.joining("\n"));
        String file = http.upload("/v1/files", "fine-tune", "rows.jsonl", rows.getBytes(StandardCharsets.UTF_8))
                .json()
                .get("id")
                .asString();
        Http.Answer created = http.postJson("/v1/fine_tuning/jobs", """
                {"model": "adapter-open", "training_file": "%s", "method": {"type": "dpo", "dpo": {"hyperparameters": {
                 "beta": %s, "batch_size": %s, "n_epochs": 1, "shuffle": false%s}}}}""".formatted(
                        file, golden.at("/hyperparameters/beta"), golden.get("batch_size"), further));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        String job = "/v1/fine_tuning/jobs/" + created.json().get("id").asString();
        Http.Answer stream = http.get(job + "/events?stream=true");
        assertThat(http.get(job).json().get("status").asString())
                .as(stream.response().body())
                .isEqualTo("succeeded");
        return StreamSupport.stream(
                        http.get(job + "/events?limit=100").json().get("data").spliterator(), false)
                .filter(event -> event.get("type").asString().equals("metrics"))
                .map(event -> event.get("data"))
                .toList()
                .reversed();
    }

    private static JsonNode read(String name) {
        return JSON.readTree(SHARED.resolve(name).toFile());
    }
}
