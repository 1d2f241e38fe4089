package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import dev.dpo4j.ServiceTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A folder that PEFT saved is a model like any other. Its figures are PEFT's: goldens/peft-adapters.json. */
@ServiceTest
class AdapterFolderApiTest {

    private static final String JOBS = "/v1/fine_tuning/jobs/";
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> FILES = List.of("adapter_config.json", "adapter_model.safetensors");
    private static final JsonNode GOLDEN = golden("saved");
    private static final JsonNode DORA = golden("saved_dora");

    @TempDir
    private static Path models;

    @LocalServerPort
    int port;

    private Http http;

    /** The model from a seed that the golden's adapter was made for, and one of twelve blocks. */
    @DynamicPropertySource
    static void modelsDirectory(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> models.toString());
        declare(registry, "peft-base", GOLDEN.at("/base/seed").asString(), GOLDEN.at("/base/config"));
        declare(registry, "twelve", "0", golden("config"));
    }

    private static void declare(DynamicPropertyRegistry registry, String model, String seed, JsonNode config) {
        String base = "dpo4j.models.seeded." + model + ".";
        registry.add(base + "seed", () -> seed);
        config.properties()
                .forEach(field -> registry.add(
                        base + "config." + field.getKey(),
                        () -> field.getValue().asString()));
    }

    @BeforeEach
    void copyAdapters() throws IOException {
        http = new Http(port);
        for (String name : List.of("adapter", "dora")) {
            Path folder = Files.createDirectories(models.resolve(name));
            for (String file : FILES) {
                try (InputStream in = resource("/models/peft-" + name + "/" + file)) {
                    Files.write(folder.resolve(file), in.readAllBytes());
                }
            }
        }
    }

    @AfterEach
    void emptyModels() throws IOException {
        try (var folders = Files.list(models)) {
            for (Path folder : folders.toList()) {
                FileSystemUtils.deleteRecursively(folder);
            }
        }
    }

    @Test
    void itIsListedWithItsBaseItsShapeAndItsOptions() {
        JsonNode adapter = StreamSupport.stream(
                        http.get("/v1/models").json().get("data").spliterator(), false)
                .filter(model -> model.get("id").asString().equals("adapter"))
                .findFirst()
                .orElseThrow();

        assertThat(adapter.has("error")).as("%s", adapter).isFalse();
        assertThat(adapter.get("kind").asString()).isEqualTo("folder");
        assertThat(adapter.get("base_model").asString()).isEqualTo("peft-base");
        assertThat(adapter.at("/config/hidden_size").asInt()).isEqualTo(16);
        assertThat(adapter.get("lora").toString())
                .isEqualTo("{\"r\":4,\"lora_alpha\":6.0,\"target_modules\":[\"down_proj\",\"q_proj\",\"v_proj\"],"
                        + "\"use_rslora\":true,\"use_dora\":false,\"rank_pattern\":{\"down_proj\":2,\"layers\\\\.1\\\\.self_attn\\\\.q_proj\":3},"
                        + "\"alpha_pattern\":{\"v_proj\":5.0}}");
        assertThat(http.get("/v1/models/adapter").json()).isEqualTo(adapter);
        assertThat(http.delete("/v1/models/adapter").status()).isEqualTo(403);
    }

    @Test
    void itsLogProbsAndItsBasesArePefts() {
        JsonNode answer = loss("adapter", null);

        assertThat(answer.get("reference_model").asString()).isEqualTo("peft-base");
        assertTokens(answer, "policy_logprob", GOLDEN.get("log_probs"));
        assertTokens(answer, "reference_logprob", GOLDEN.get("base_log_probs"));
        assertThat(loss("adapter", "adapter").get("loss").doubleValue()).isCloseTo(Math.log(2), within(1e-12));
    }

    private static void assertTokens(JsonNode answer, String figure, JsonNode expected) {
        JsonNode preference = answer.at("/preferences/0");
        assertTokens(preference.get("chosen"), figure, expected.get("chosen"), 4);
        assertTokens(preference.at("/rejected/0"), figure, expected.get("rejected"), 3);
    }

    private static void assertTokens(JsonNode answer, String figure, JsonNode expected, int count) {
        assertThat(answer.get("tokens")).hasSize(count).hasSameSizeAs(expected);
        for (int i = 0; i < count; i++) {
            assertThat(answer.get("tokens").get(i).get(figure).doubleValue())
                    .as("%s of token %d", figure, i)
                    .isCloseTo(expected.get(i).doubleValue(), within(2e-6));
        }
    }

    @Test
    void aDorasLogProbsAreThatOfPeft() {
        JsonNode dora = http.get("/v1/models/dora").json();
        assertThat(dora.has("error")).as("%s", dora).isFalse();
        assertThat(dora.at("/lora/use_dora").asBoolean()).isTrue();

        JsonNode answer = loss("dora", null);

        assertTokens(answer, "policy_logprob", DORA.get("log_probs"));
        assertTokens(answer, "reference_logprob", DORA.get("base_log_probs"));
        assertThat(DORA.at("/log_probs/chosen/3").doubleValue())
                .isNotCloseTo(DORA.at("/base_log_probs/chosen/3").doubleValue(), within(0.1));
    }

    @Test
    void aDoraMergedComputesTheSame() throws IOException {
        downloadMerged("dora", "whole");

        assertThat(http.get("/v1/models/whole").json().has("lora")).isFalse();
        assertTokens(loss("whole", null), "policy_logprob", DORA.get("merged_log_probs"));
        assertTokens(loss("whole", null), "policy_logprob", DORA.get("log_probs"));
    }

    @Test
    void aDoraWhoseConfigurationDoesNotSaySoIsRefused() throws IOException {
        Path config = models.resolve("dora/adapter_config.json");
        ObjectNode json = (ObjectNode) JSON.readTree(config.toFile());
        Files.writeString(config, json.put("use_dora", false).toString());

        assertThat(http.get("/v1/models/dora").json().get("error").asString())
                .contains("its weights hold what a model of its adapter_config.json has not")
                .contains("lora_magnitude_vector");
    }

    @Test
    void aDoraTrainedOverHttpIsReadBackFromItsDownload() throws IOException {
        JsonNode job = run("peft-base", """
                "learning_rate": 1e-2, "lora": {"r": 2, "lora_alpha": 3, "target_modules": "all-linear", "use_dora": true,
                "use_rslora": true, "rank_pattern": {"mlp.*": 3}, "lora_dropout": 0.1}""");

        assertThat(job.at("/method/dpo/hyperparameters/lora/use_dora").asBoolean())
                .isTrue();
        String model = job.get("fine_tuned_model").asString();
        assertThat(http.get("/v1/models/" + model).json().get("lora")).isEqualTo(shape(job));
        JsonNode answer = loss(model, null);
        assertTokens(answer, "reference_logprob", DORA.get("base_log_probs"));
        assertThat(answer.get("loss").doubleValue()).isLessThan(Math.log(2) - 0.01);
        Path folder = download(model, "copy");
        assertThat(JSON.readTree(folder.resolve("adapter_config.json").toFile())
                        .get("use_dora")
                        .asBoolean())
                .isTrue();
        assertThat(loss("copy", null).get("preferences")).isEqualTo(answer.get("preferences"));
        downloadMerged(model, "whole");
        assertThat(sum(loss("whole", null), "policy_logprob")).isCloseTo(sum(answer, "policy_logprob"), within(1e-5));
    }

    @Test
    void targetsMayBeARegularExpressionForWholePaths() throws IOException {
        JsonNode job = run(
                "peft-base",
                "\"lora\": {\"r\": 2, \"target_modules\": \".*\\\\.(q_proj|1\\\\.mlp\\\\.(?:up|down)_proj)\"}");

        assertThat(job.at("/method/dpo/hyperparameters/lora/target_modules").toString())
                .isEqualTo("[\"model.layers.1.mlp.down_proj\",\"model.layers.1.mlp.up_proj\",\"q_proj\"]");
        String model = job.get("fine_tuned_model").asString();
        JsonNode answer = loss(model, null);
        download(model, "copy");
        assertThat(http.get("/v1/models/copy").json().get("lora"))
                .isEqualTo(http.get("/v1/models/" + model).json().get("lora"));
        assertThat(loss("copy", null).get("preferences")).isEqualTo(answer.get("preferences"));
    }

    @Test
    void targetsMayBeThePathsOfManyLayers() throws IOException {
        JsonNode job =
                run("twelve", "\"lora\": {\"r\": 2, \"target_modules\": \"model\\\\.layers\\\\.[02468]\\\\..*_proj\"}");

        assertThat(shape(job).get("target_modules")).hasSize(5 * 7);
        String model = job.get("fine_tuned_model").asString();
        assertThat(http.get("/v1/models/" + model).json().get("lora")).isEqualTo(shape(job));
        JsonNode answer = loss(model, null);
        download(model, "copy");
        assertThat(loss("copy", null).get("preferences")).isEqualTo(answer.get("preferences"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"target_modules": "q_proj"}           | "q_proj" matches no layer
            {"target_modules": "lm_head"}          | "lm_head" takes in lm_head
            {"rank_pattern": {"k_proj": 4}}        | "k_proj" matches no layer that target_modules take in
            {"alpha_pattern": {"2.*q_proj": 4}}    | "2.*q_proj" matches no layer that target_modules take in
            """)
    void anExpressionThatMeansNothingIsNamed(String lora, String reason) {
        Http.Answer answer = created("peft-base", "\"lora\": " + lora);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("detail").asString()).contains(reason);
    }

    @Test
    void aDoraIsTrainedFurther() throws IOException {
        JsonNode job = run("dora", "\"learning_rate\": 1e-2, \"continue_adapter\": true");

        assertThat(shape(job)).isEqualTo(http.get("/v1/models/dora").json().get("lora"));
        JsonNode first = firstMetrics(job);
        assertThat(first.get("loss").doubleValue()).isEqualTo(Math.log(2));
        assertThat(first.get("logps/chosen").doubleValue()).isCloseTo(sum(DORA.at("/log_probs/chosen")), within(1e-5));
        String model = job.get("fine_tuned_model").asString();
        JsonNode answer = loss(model, "dora");
        assertTokens(answer, "reference_logprob", DORA.get("log_probs"));
        assertThat(answer.get("loss").doubleValue()).isLessThan(Math.log(2) - 0.01);
        download(model, "copy");
        assertThat(loss("copy", "dora").get("preferences")).isEqualTo(answer.get("preferences"));
    }

    @Test
    void aJobThatWouldPutDoraOnARowOfZerosSaysWhichOne() throws IOException {
        Path weights = download("peft-base", "zeros").resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(file.getLong());
        int begin = 8
                + header
                + JSON.readTree(new String(bytes, 8, header, StandardCharsets.UTF_8))
                        .at("/model.layers.1.self_attn.v_proj.weight/data_offsets/0")
                        .intValue();
        int row = 16 * Float.BYTES;
        Arrays.fill(bytes, begin + 2 * row, begin + 3 * row, (byte) 0);
        Files.write(weights, bytes);

        JsonNode job = ended("zeros", "\"lora\": {\"use_dora\": true}");

        assertThat(job.get("status").asString()).isEqualTo("failed");
        assertThat(job.at("/error/code").asString()).isEqualTo("invalid_value");
        assertThat(job.at("/error/param").asString()).isEqualTo("method.dpo.hyperparameters.lora.use_dora");
        assertThat(job.at("/error/message").asString())
                .contains("row 2 of model.layers.1.self_attn.v_proj.weight is all zeros");
    }

    @Test
    void itCompletes() {
        Http.Answer answer = http.postJson("/v1/completions", """
                {"model": "adapter", "prompt": [1, 2, 3], "max_tokens": 4, "temperature": 0}""");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().at("/usage/completion_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void aJobOfAllWeightsBeginsWhereTheAdapterIsAndKeepsThatAsItsReference() throws IOException {
        JsonNode job = run("adapter", "\"learning_rate\": 1e-2");

        JsonNode first = firstMetrics(job);
        assertThat(first.get("loss").doubleValue()).isCloseTo(Math.log(2), within(1e-7));
        assertThat(first.get("logps/chosen").doubleValue())
                .isCloseTo(sum(GOLDEN.at("/log_probs/chosen")), within(1e-5));
        String model = job.get("fine_tuned_model").asString();
        JsonNode answer = loss(model, null);
        assertThat(answer.get("reference_model").asString()).isEqualTo("adapter");
        assertTokens(answer, "reference_logprob", GOLDEN.get("log_probs"));
        assertThat(answer.get("loss").doubleValue()).isLessThan(Math.log(2) - 0.01);
        assertThat(answer.at("/preferences/0/chosen/reward").doubleValue()).isNotZero();
        JsonNode config =
                JSON.readTree(download(model, "whole").resolve("config.json").toFile());
        assertThat(config.get("hidden_size").asInt()).isEqualTo(16);
        assertThat(loss("whole", "adapter").get("preferences")).isEqualTo(answer.get("preferences"));
    }

    /** Of a job's adapter what stays with it: dropout is of its training. */
    private static JsonNode shape(JsonNode job) {
        ObjectNode lora =
                (ObjectNode) job.at("/method/dpo/hyperparameters/lora").deepCopy();
        lora.remove("lora_dropout");
        return lora;
    }

    @Test
    void anAdapterTrainedOnAnAdapterIsReadBackFromItsDownload() throws IOException {
        JsonNode job = run("adapter", """
                "learning_rate": 1e-2, "lora": {"r": 2, "lora_alpha": 3, "target_modules": "all-linear", "use_rslora": true,
                "rank_pattern": {"mlp.*": 3, "q_proj": 1}, "alpha_pattern": {"layers.0.*": 4.5}}""");

        assertThat(job.at("/method/dpo/hyperparameters/lora").toString())
                .isEqualTo(
                        "{\"r\":2,\"lora_alpha\":3.0,\"target_modules\":[\"down_proj\",\"gate_proj\",\"k_proj\",\"o_proj\","
                                + "\"q_proj\",\"up_proj\",\"v_proj\"],\"use_rslora\":true,\"use_dora\":false,"
                                + "\"rank_pattern\":{\"mlp.*\":3,\"q_proj\":1},\"alpha_pattern\":{\"layers.0.*\":4.5},\"lora_dropout\":0.0}");
        assertThat(firstMetrics(job).get("logps/chosen").doubleValue())
                .isCloseTo(sum(GOLDEN.at("/log_probs/chosen")), within(1e-5));
        String model = job.get("fine_tuned_model").asString();
        JsonNode tuned = http.get("/v1/models/" + model).json();
        assertThat(tuned.get("lora")).isEqualTo(shape(job));
        JsonNode answer = loss(model, null);
        assertTokens(answer, "reference_logprob", GOLDEN.get("log_probs"));
        assertThat(answer.get("loss").doubleValue()).isLessThan(Math.log(2) - 0.01);

        Path folder = download(model, "copy");
        JsonNode config = JSON.readTree(folder.resolve("adapter_config.json").toFile());
        assertThat(config.get("use_rslora").asBoolean()).isTrue();
        assertThat(config.get("rank_pattern").toString()).isEqualTo("{\"mlp.*\":3,\"q_proj\":1}");
        assertThat(config.get("alpha_pattern").toString()).isEqualTo("{\"layers.0.*\":4.5}");
        JsonNode copy = http.get("/v1/models/copy").json();
        assertThat(copy.has("error")).as("%s", copy).isFalse();
        assertThat(copy.get("base_model").asString()).isEqualTo("adapter");
        assertThat(loss("copy", null).get("preferences")).isEqualTo(answer.get("preferences"));
        downloadMerged(model, "whole");
        assertThat(http.delete("/v1/models/" + model).status()).isEqualTo(200);
        assertThat(sum(loss("whole", null), "policy_logprob"))
                .isCloseTo(sum(answer, "policy_logprob"), within(1e-5))
                .isNotCloseTo(sum(answer, "reference_logprob"), within(0.1));
        assertThat(loss("copy", null).get("preferences")).isEqualTo(answer.get("preferences"));
    }

    @Test
    void anAdapterTrainedFurtherStaysOneOnItsOwnBase() throws IOException {
        JsonNode job = run("adapter", "\"learning_rate\": 1e-2, \"continue_adapter\": true");

        assertThat(shape(job)).isEqualTo(http.get("/v1/models/adapter").json().get("lora"));
        JsonNode first = firstMetrics(job);
        assertThat(first.get("loss").doubleValue()).isEqualTo(Math.log(2));
        assertThat(first.get("logps/chosen").doubleValue())
                .isCloseTo(sum(GOLDEN.at("/log_probs/chosen")), within(1e-5));
        String model = job.get("fine_tuned_model").asString();
        JsonNode tuned = http.get("/v1/models/" + model).json();
        assertThat(tuned.get("lora")).isEqualTo(shape(job));
        assertThat(tuned.get("base_model"))
                .isEqualTo(http.get("/v1/models/adapter").json().get("base_model"));
        // Its reference in training was the adapter as it was, and that is still there, unchanged.
        JsonNode answer = loss(model, "adapter");
        assertTokens(answer, "reference_logprob", GOLDEN.get("log_probs"));
        assertThat(answer.get("loss").doubleValue()).isLessThan(Math.log(2) - 0.01);
        download(model, "copy");
        assertThat(loss("copy", "adapter").get("preferences")).isEqualTo(answer.get("preferences"));
        assertThat(preview("adapter", job.get("method")).get("method")).isEqualTo(job.get("method"));
    }

    @Test
    void aCheckpointComputesAsTheModelThatItIs() {
        JsonNode job = run("adapter", "\"learning_rate\": 1e-2, \"save_steps\": 1, \"lora\": {}");
        JsonNode checkpoints = http.get(JOBS + job.get("id").asString() + "/checkpoints")
                .json()
                .get("data");
        String last = checkpoints.at("/0/fine_tuned_model_checkpoint").asString();
        String before = checkpoints.at("/1/fine_tuned_model_checkpoint").asString();
        JsonNode answer = loss(job.get("fine_tuned_model").asString(), null);

        assertThat(loss(last, null).get("preferences")).isEqualTo(answer.get("preferences"));
        assertThat(loss(last, null).get("reference_model").asString()).isEqualTo("adapter");
        assertThat(loss(before, null).get("loss").doubleValue())
                .isBetween(answer.get("loss").doubleValue() + 0.001, Math.log(2));
    }

    @Test
    void aDownloadSaysWithWhichDropoutItWasTrainedAndTrainingFurtherHasNone() throws IOException {
        String model = run("adapter", "\"learning_rate\": 1e-2, \"lora\": {\"lora_dropout\": 0.25}")
                .get("fine_tuned_model")
                .asString();

        JsonNode config = JSON.readTree(
                download(model, "dropped").resolve("adapter_config.json").toFile());
        assertThat(config.get("lora_dropout").doubleValue()).isEqualTo(0.25);
        JsonNode further = run(model, "\"learning_rate\": 1e-2, \"continue_adapter\": true");
        assertThat(further.at("/method/dpo/hyperparameters/lora/lora_dropout").doubleValue())
                .isZero();
        assertThat(firstMetrics(further).get("rewards/margins").doubleValue())
                .as("nothing is dropped")
                .isZero();
    }

    /** Of the chosen answer's tokens. */
    private static double sum(JsonNode answer, String figure) {
        return StreamSupport.stream(answer.at("/preferences/0/chosen/tokens").spliterator(), false)
                .mapToDouble(token -> token.get(figure).doubleValue())
                .sum();
    }

    @Test
    void mergedItIsAWholeModelThatComputesTheSame() throws IOException {
        Files.writeString(models.resolve("adapter/tokenizer.json"), "{}");
        Path whole = downloadMerged("adapter", "whole");

        try (var files = Files.list(whole)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", "model.safetensors", "tokenizer.json");
        }
        Files.delete(whole.resolve("tokenizer.json"));
        JsonNode model = http.get("/v1/models/whole").json();
        assertThat(model.has("error")).as("%s", model).isFalse();
        assertThat(model.has("lora")).isFalse();
        assertThat(model.has("base_model")).isFalse();
        assertTokens(loss("whole", "peft-base"), "policy_logprob", GOLDEN.get("log_probs"));
        assertThat(download("peft-base", "base").resolve("model.safetensors"))
                .hasSameBinaryContentAs(downloadMerged("peft-base", "same").resolve("model.safetensors"));
    }

    @Test
    void itIsDownloadedAsItIs() throws IOException {
        Path copy = download("adapter", "copy");

        for (String file : FILES) {
            assertThat(copy.resolve(file))
                    .hasSameBinaryContentAs(models.resolve("adapter").resolve(file));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            base_model_name_or_path | "org/none"       | a model "none" is wanted in the models directory
            base_model_name_or_path | "org/adapter"    | its base is not there
            base_model_name_or_path | "broken"         | its base "broken" cannot be used: it has no config.json
            base_model_name_or_path | "notebook"       | on its base "notebook": its weights hold
            base_model_name_or_path | "on-adapter"     | is built on an adapter that is built on itself
            use_dora                | true             | its weights lack
            r                       | 5                | its adapter_config.json makes it [5, 16]
            target_modules          | ["q_proj"]       | its weights hold what a model of its adapter_config.json has not
            target_modules          | "all-linear"     | its weights lack
            """)
    void whatCannotBeUsedIsListedWithTheReasonAndRefused(String key, String value, String reason) throws IOException {
        Files.createDirectories(models.resolve("broken"));
        writeConfig("on-adapter", "base_model_name_or_path", "\"adapter\"");
        Files.copy(
                models.resolve("adapter").resolve(FILES.get(1)),
                models.resolve("on-adapter").resolve(FILES.get(1)));

        writeConfig("adapter", key, value);

        assertThat(http.get("/v1/models/adapter").json().path("error").asString(""))
                .contains(reason);
        assertThat(http.get("/v1/models").json().at("/data/0/id").asString()).isNotEmpty();
        Http.Answer refused = http.postJson("/v1/dpo/loss", lossRequest("adapter", null));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/error/code").asString()).isEqualTo("model_unusable");
        assertThat(refused.json().get("detail").asString()).contains(reason);
        assertThat(http.postJson("/v1/completions", """
                {"model": "adapter", "prompt": "text", "max_tokens": 4}""").status()).isBetween(400, 422);
        assertThat(http.postJson(JOBS.substring(0, JOBS.length() - 1), """
                {"model": "adapter", "training_file": "any", "method": {"type": "dpo"}}""")
                        .json()
                        .at("/error/code")
                        .asString())
                .isEqualTo("model_unusable");
    }

    @Test
    void aFolderOfAWholeModelAndAnAdapterIsAmbiguous() throws IOException {
        Files.write(models.resolve("adapter/model.safetensors"), new byte[8]);

        assertThat(http.get("/v1/models/adapter").json().get("error").asString())
                .contains("both an adapter")
                .contains("two folders");
    }

    @Test
    void anAdapterWithoutItsWeightsSaysSo() throws IOException {
        Files.delete(models.resolve("adapter").resolve(FILES.get(1)));

        assertThat(http.get("/v1/models/adapter").json().get("error").asString())
                .isEqualTo("it has adapter_config.json, but no adapter_model.safetensors");
    }

    /** The adapter's configuration with one key changed. */
    private static void writeConfig(String folder, String key, String value) throws IOException {
        ObjectNode config;
        try (InputStream in = resource("/models/peft-adapter/adapter_config.json")) {
            config = (ObjectNode) JSON.readTree(in);
        }
        config.set(key, JSON.readTree(value));
        Files.writeString(
                Files.createDirectories(models.resolve(folder)).resolve("adapter_config.json"), config.toString());
    }

    private JsonNode loss(String model, @Nullable String reference) {
        Http.Answer answer = http.postJson("/v1/dpo/loss", lossRequest(model, reference));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static String lossRequest(String model, @Nullable String reference) {
        ObjectNode request = JSON.createObjectNode().put("model", model);
        if (reference != null) {
            request.put("reference_model", reference);
        }
        request.set("prompt", GOLDEN.get("prompt"));
        request.set("chosen", GOLDEN.at("/answers/chosen"));
        request.set("rejected", GOLDEN.at("/answers/rejected"));
        return request.toString();
    }

    /** Runs a job of a few steps on the golden's preference to its end; the stream of its events ends with it. */
    private JsonNode run(String model, String hyperparameters) {
        JsonNode job = ended(model, hyperparameters);
        assertThat(job.get("status").asString()).as("%s", job).isEqualTo("succeeded");
        return job;
    }

    private JsonNode preview(String model, JsonNode method) {
        String file = http.upload("/v1/files", "fine-tune", "row.jsonl", row().getBytes(StandardCharsets.UTF_8))
                .json()
                .get("id")
                .asString();
        Http.Answer preview = http.postJson(
                "/v1/fine_tuning/jobs/preview",
                "{\"model\": \"%s\", \"training_file\": \"%s\", \"seed\": 3, \"method\": %s}"
                        .formatted(model, file, method));
        assertThat(preview.status()).as(preview.response().body()).isEqualTo(200);
        return preview.json();
    }

    private static String row() {
        return JSON.createObjectNode()
                .set("prompt_ids", GOLDEN.get("prompt"))
                .set("chosen_ids", GOLDEN.at("/answers/chosen"))
                .set("rejected_ids", GOLDEN.at("/answers/rejected"))
                .toString();
    }

    private Http.Answer created(String model, String hyperparameters) {
        String file = http.upload("/v1/files", "fine-tune", "row.jsonl", row().getBytes(StandardCharsets.UTF_8))
                .json()
                .get("id")
                .asString();
        return http.postJson("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "%s", "seed": 3,
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_steps": 4, %s}}}}""".formatted(model, file, hyperparameters));
    }

    private JsonNode ended(String model, String hyperparameters) {
        Http.Answer created = created(model, hyperparameters);
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        String id = created.json().get("id").asString();
        http.get(JOBS + id + "/events?stream=true");
        return http.get(JOBS + id).json();
    }

    private JsonNode firstMetrics(JsonNode job) {
        return StreamSupport.stream(
                        http.get(JOBS + job.get("id").asString() + "/events?limit=100")
                                .json()
                                .get("data")
                                .spliterator(),
                        false)
                .filter(event -> event.get("type").asString().equals("metrics"))
                .map(event -> event.get("data"))
                .filter(data -> data.path("step").asInt(-1) == 1)
                .findFirst()
                .orElseThrow();
    }

    /** Unpacks a model's download as a folder of the models directory. */
    private Path download(String model, String name) throws IOException {
        return unpack("/v1/models/" + model + "/content", name);
    }

    /** The same of the whole model. */
    private Path downloadMerged(String model, String name) throws IOException {
        return unpack("/v1/models/" + model + "/content?merged=true", name);
    }

    private Path unpack(String path, String name) throws IOException {
        Path folder = Files.createDirectories(models.resolve(name));
        try (ZipInputStream zip = new ZipInputStream(http.stream(path))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.write(folder.resolve(entry.getName()), zip.readAllBytes());
            }
        }
        return folder;
    }

    private static double sum(JsonNode numbers) {
        return StreamSupport.stream(numbers.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .sum();
    }

    private static JsonNode golden(String name) {
        return Golden.read("peft-adapters.json").get(name);
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(AdapterFolderApiTest.class.getResourceAsStream(name), name);
    }
}
