package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.ServiceTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** SmolLM2-135M trained over HTTP on real preferences, all weights and an adapter: figures, downloads, and what came of it. */
@Tag("real")
@ServiceTest
@DirtiesContext // the database is closed at the end, and its gigabytes go
class RealModelApiTest {

    private static final String JOBS = "/v1/fine_tuning/jobs/";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path SHARED = Path.of(System.getProperty("dpo4j.test.shared", "../shared"));

    @TempDir(factory = BelowTarget.class)
    private static Path home;

    private static Http http;
    private static JsonNode golden;
    private static List<JsonNode> rows;
    private static String file;
    private static JsonNode fullJob;
    private static JsonNode loraJob;

    /** The system's folder for temporary files is often memory, and a checkpoint of all weights takes 1.6 GB. */
    static final class BelowTarget implements TempDirFactory {

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.createTempDirectory(Path.of("target"), "real-model");
        }
    }

    @DynamicPropertySource
    static void whereThingsAre(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.home", () -> home.toAbsolutePath().toString());
        registry.add("dpo4j.models.directory", () -> String.valueOf(smolLm2().getParent()));
    }

    @BeforeAll
    static void trainBoth(@LocalServerPort int port) {
        http = new Http(port);
        golden = JSON.readTree(SHARED.resolve("goldens/trajectory-open.json").toFile());
        JsonNode all = JSON.readTree(SHARED.resolve("data/dpo_en_demo.json").toFile());
        rows = StreamSupport.stream(golden.get("rows").spliterator(), false)
                .map(row -> all.get(row.intValue()))
                .toList();
        StringBuilder lines = new StringBuilder();
        rows.forEach(row -> lines.append(row).append('\n'));
        Http.Answer upload = http.upload(
                "/v1/files", "fine-tune", "rows.jsonl", lines.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(upload.json().path("status").asString())
                .as(upload.response().body())
                .isEqualTo("processed");
        file = upload.json().get("id").asString();

        ObjectNode full = hyperparameters();
        full.put("n_epochs", 1);
        fullJob = run(full);
        ObjectNode lora = hyperparameters();
        lora.put("max_steps", 3).put("learning_rate", 1e-3).put("warmup_steps", 0);
        lora.putObject("lora")
                .put("r", 8)
                .putArray("target_modules")
                .add("q_proj")
                .add("v_proj");
        loraJob = run(lora);
    }

    @Test
    void theMetricsEventsOfAFullFineTuneAreTrlsStepByStep() {
        List<JsonNode> steps = metrics(fullJob);
        assertThat(steps).hasSameSizeAs(golden.get("steps")).hasSize(6);
        for (int i = 0; i < 6; i++) {
            JsonNode expected = golden.get("steps").get(i);
            JsonNode actual = steps.get(i);
            String step = "step " + (i + 1) + ": ";
            assertThat(actual.get("step").intValue()).as(step).isEqualTo(i + 1);
            assertRelative(actual, expected, "loss", 5e-5, step);
            assertThat(actual.get("train_loss")).as(step + "train_loss").isEqualTo(actual.get("loss"));
            assertRelative(actual, expected, "grad_norm", 5e-4, step);
            assertAbsolute(actual, expected, "logps/chosen", 0.01, step);
            assertAbsolute(actual, expected, "logps/rejected", 0.01, step);
            assertAbsolute(actual, expected, "rewards/chosen", 2e-4, step);
            assertAbsolute(actual, expected, "rewards/rejected", 2e-4, step);
            assertAbsolute(actual, expected, "rewards/margins", 2e-4, step);
            assertAbsolute(actual, expected, "epoch", 1e-4, step);
            for (String exact : List.of("rewards/accuracies", "learning_rate", "num_tokens")) {
                assertThat(actual.get(exact).doubleValue())
                        .as(step + exact)
                        .isEqualTo(expected.get(exact).doubleValue());
            }
        }
        assertThat(fullJob.get("trained_tokens").longValue())
                .isEqualTo((long) golden.at("/steps/5/num_tokens").doubleValue());
    }

    @Test
    void aFullyTunedModelIsDownloadedAsAFolderForTransformers() throws IOException {
        Download zip = download(fullJob);
        assertThat(zip.start()).containsKeys("tokenizer.json", "tokenizer_config.json");
        assertThat(zip.sha256()).containsEntry("model.safetensors", weightsSha256(fullJob));
        JsonNode config = zip.json("config.json");
        assertThat(config.at("/architectures/0").asString()).isEqualTo("LlamaForCausalLM");
        assertThat(config.get("hidden_size"))
                .isEqualTo(
                        JSON.readTree(smolLm2().resolve("config.json").toFile()).get("hidden_size"));
    }

    @Test
    void anAdapterIsDownloadedAsAFolderForPeft() throws IOException {
        Download zip = download(loraJob);
        assertThat(zip.sha256()).containsEntry("adapter_model.safetensors", weightsSha256(loraJob));
        JsonNode config = zip.json("adapter_config.json");
        assertThat(config.get("peft_type").asString()).isEqualTo("LORA");
        assertThat(config.get("r").intValue()).isEqualTo(8);
        assertThat(StreamSupport.stream(config.get("target_modules").spliterator(), false)
                        .map(JsonNode::stringValue))
                .containsExactlyInAnyOrder("q_proj", "v_proj");
    }

    @Test
    void whatWasTrainedOnIsNowPreferredMoreThanByTheBase() {
        String base = smolLm2().getFileName().toString();
        JsonNode full = loss(fullJob);
        JsonNode lora = loss(loraJob);
        for (JsonNode answer : List.of(full, lora)) {
            assertThat(answer.get("reference_model").asString()).isEqualTo(base);
            assertThat(answer.get("loss").doubleValue()).isLessThan(Math.log(2));
        }
        assertThat(lora.at("/preferences/0/chosen/reference_logprob"))
                .as("the base under both")
                .isEqualTo(full.at("/preferences/0/chosen/reference_logprob"));
    }

    /** The loss on all rows; the reference is left to its default. */
    private static JsonNode loss(JsonNode job) {
        ObjectNode request = JSON.createObjectNode();
        request.set("model", job.get("fine_tuned_model"));
        ArrayNode preferences = request.putArray("preferences");
        for (JsonNode row : rows) {
            ObjectNode preference = preferences.addObject();
            ArrayNode prompt = preference.putArray("prompt");
            row.get("conversations").forEach(turn -> prompt.add(message(turn)));
            preference.putArray("chosen").add(message(row.get("chosen")));
            preference.putArray("rejected").add(message(row.get("rejected")));
        }
        Http.Answer answer = http.postJson("/v1/dpo/loss", request.toString());
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static ObjectNode message(JsonNode turn) {
        String from = turn.get("from").asString();
        String role = Map.of("human", "user", "gpt", "assistant").getOrDefault(from, from);
        return JSON.createObjectNode()
                .put("role", role)
                .put("content", turn.get("value").asString());
    }

    /** The golden's; one checkpoint only, at the end. */
    private static ObjectNode hyperparameters() {
        JsonNode given = golden.get("hyperparameters");
        ObjectNode ours = JSON.createObjectNode();
        for (String name : List.of(
                "beta",
                "learning_rate",
                "warmup_steps",
                "lr_scheduler_type",
                "weight_decay",
                "max_grad_norm",
                "gradient_accumulation_steps")) {
            ours.set(name, given.get(name));
        }
        ours.set("batch_size", golden.get("batch_size"));
        return ours.put("shuffle", false).put("save_steps", 1000).put("save_total_limit", 1);
    }

    /** Runs a job to its end; the stream of its events ends with it. */
    private static JsonNode run(ObjectNode hyperparameters) {
        ObjectNode request = JSON.createObjectNode();
        request.put("model", smolLm2().getFileName().toString()).put("training_file", file);
        request.putObject("method").put("type", "dpo").putObject("dpo").set("hyperparameters", hyperparameters);
        Http.Answer created = http.postJson("/v1/fine_tuning/jobs", request.toString());
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        String id = created.json().get("id").asString();
        Http.Answer stream = http.get(JOBS + id + "/events?stream=true");
        JsonNode job = http.get(JOBS + id).json();
        assertThat(job.get("status").asString()).as(stream.response().body()).isEqualTo("succeeded");
        return job;
    }

    private static List<JsonNode> metrics(JsonNode job) {
        List<JsonNode> oldestFirst = new ArrayList<>();
        http.get(JOBS + job.get("id").asString() + "/events?limit=100")
                .json()
                .get("data")
                .forEach(event -> {
                    if (event.get("type").asString().equals("metrics")) {
                        oldestFirst.addFirst(event.get("data"));
                    }
                });
        return oldestFirst;
    }

    private static String weightsSha256(JsonNode job) {
        return http.get("/v1/models/" + job.get("fine_tuned_model").asString())
                .json()
                .get("weights_sha256")
                .asString();
    }

    /**
     * A zip's files by name.
     *
     * @param sha256 what each hashes to
     * @param start how each begins
     */
    private record Download(Map<String, String> sha256, Map<String, String> start) {

        JsonNode json(String name) {
            assertThat(start).containsKey(name);
            return JSON.readTree(start.getOrDefault(name, ""));
        }
    }

    private static Download download(JsonNode job) throws IOException {
        Download files = new Download(new HashMap<>(), new HashMap<>());
        String path = "/v1/models/" + job.get("fine_tuned_model").asString() + "/content";
        try (ZipInputStream zip = new ZipInputStream(http.stream(path))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                InputStream content = new DigestInputStream(zip, digest);
                files.start().put(entry.getName(), new String(content.readNBytes(1 << 16), StandardCharsets.UTF_8));
                content.transferTo(OutputStream.nullOutputStream());
                files.sha256().put(entry.getName(), HexFormat.of().formatHex(digest.digest()));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
        return files;
    }

    private static Path smolLm2() {
        return Path.of(Objects.requireNonNull(
                        System.getProperty("dpo4j.test.smollm2"),
                        "Say where SmolLM2 is: -Ddpo4j.test.smollm2=<its folder>"))
                .toAbsolutePath()
                .normalize();
    }

    private static void assertRelative(JsonNode actual, JsonNode expected, String name, double tolerance, String step) {
        assertAbsolute(actual, expected, name, tolerance * expected.get(name).doubleValue(), step);
    }

    private static void assertAbsolute(JsonNode actual, JsonNode expected, String name, double tolerance, String step) {
        assertThat(actual.get(name).doubleValue())
                .as(step + name)
                .isCloseTo(expected.get(name).doubleValue(), within(tolerance));
    }
}
