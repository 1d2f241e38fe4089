package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.BlobDamage;
import dev.dpo4j.ServiceTest;
import dev.dpo4j.api.Http.Answer;
import dev.dpo4j.blob.Blob;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.BlobWriter;
import dev.dpo4j.catalog.TunedModel;
import dev.dpo4j.catalog.TunedModels;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.safetensors.SafetensorsWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ServiceTest
class ModelsApiTest {

    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    private static Path models;

    @LocalServerPort
    int port;

    @Autowired
    BlobStore blobs;

    @Autowired
    TunedModels tuned;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Environment environment;

    Http http;

    @DynamicPropertySource
    static void modelsDirectory(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> models.toString());
        registry.add("dpo4j.models.seeded.[org/small].seed", () -> "5");
        registry.add("dpo4j.models.seeded.[org/small].config.vocab_size", () -> "64");
        registry.add("dpo4j.models.seeded.[org/small].config.hidden_size", () -> "16");
        registry.add("dpo4j.models.seeded.[org/small].config.intermediate_size", () -> "32");
        registry.add("dpo4j.models.seeded.[org/small].config.num_hidden_layers", () -> "1");
        registry.add("dpo4j.models.seeded.[org/small].config.num_attention_heads", () -> "2");
    }

    @BeforeEach
    void setUp() throws IOException {
        http = new Http(port);
        Path broken = Files.createDirectories(models.resolve("broken"));
        Files.writeString(broken.resolve("config.json"), "{\"architectures\": [\"GPT2LMHeadModel\"]}");
    }

    @Test
    void modelsAreListedInOpenAisShapeWithWhatIsWrongWithThem() {
        Answer answer = http.get("/v1/models");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("object").stringValue()).isEqualTo("list");
        JsonNode notebook = entry(answer.json(), "notebook");
        assertThat(notebook.get("object").stringValue()).isEqualTo("model");
        assertThat(notebook.get("owned_by").stringValue()).isEqualTo("dpo4j");
        assertThat(notebook.get("created").isIntegralNumber()).isTrue();
        assertThat(notebook.get("kind").stringValue()).isEqualTo("seeded");
        assertThat(notebook.get("has_tokenizer").booleanValue()).isFalse();
        assertThat(notebook.get("parameters").longValue()).isEqualTo(4_548_992);
        assertThat(notebook.get("config").get("intermediate_size").intValue()).isEqualTo(11_008);
        assertThat(notebook.has("error")).isFalse();
        JsonNode broken = entry(answer.json(), "broken");
        assertThat(broken.get("kind").stringValue()).isEqualTo("folder");
        assertThat(broken.get("error").stringValue()).contains("GPT2LMHeadModel");
    }

    @Test
    void idsWithSlashesAndColonsAreFound() throws IOException {
        register("ft:notebook:x:1", null);

        assertThat(http.get("/v1/models/org%2Fsmall").json().get("id").stringValue())
                .isEqualTo("org/small");
        JsonNode model = http.get("/v1/models/ft:notebook:x:1").json();
        assertThat(model.get("kind").stringValue()).isEqualTo("tuned");
        assertThat(model.get("base_model").stringValue()).isEqualTo("notebook");
        assertThat(model.get("job").stringValue()).isEqualTo("ftjob-1");
        assertThat(model.get("created").longValue()).isEqualTo(CREATED.getEpochSecond());
        assertThat(model.get("weights_sha256").stringValue()).hasSize(64);
        assertThat(model.has("lora")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "..%2F..%2Fetc", "%2e%2e%2fbroken", "ft:notebook:x:99", "broken%2F..%2Fbroken"})
    void whatIsNotThereIsA404ThatNamesIt(String id) {
        for (String path : List.of("", "/content")) {
            Answer answer = http.get("/v1/models/" + id + path);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
            assertThat(answer.json().get("error").get("code").stringValue()).isEqualTo("model_not_found");
            assertThat(answer.json().get("error").get("message").stringValue()).startsWith("There is no model");
        }
        assertThat(http.delete("/v1/models/" + id).status()).isEqualTo(404);
    }

    @Test
    void onlyTunedModelsAreDeleted() throws IOException {
        register("ft:notebook:x:2", null);

        Answer deleted = http.delete("/v1/models/ft:notebook:x:2");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.response().body())
                .isEqualTo("{\"id\":\"ft:notebook:x:2\",\"object\":\"model\",\"deleted\":true}");
        assertThat(http.get("/v1/models/ft:notebook:x:2").status()).isEqualTo(404);

        Answer seeded = http.delete("/v1/models/notebook");
        assertThat(seeded.status()).isEqualTo(403);
        assertThat(seeded.json().get("detail").stringValue()).contains("built in");
        assertThat(http.delete("/v1/models/broken").status()).isEqualTo(403);
    }

    @Test
    void aModelThatOthersWereTunedFromIsNotDeleted() throws IOException {
        register("ft:notebook:x:3", null);
        TunedModel child = register("ft:ft:notebook:x:3:y:4", "ft:notebook:x:3", null);

        Answer refused = http.delete("/v1/models/ft:notebook:x:3");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.header("x-should-retry")).isEqualTo("false");
        assertThat(refused.json().get("detail").stringValue()).contains(child.id());

        assertThat(http.delete("/v1/models/" + child.id()).status()).isEqualTo(200);
        assertThat(http.delete("/v1/models/ft:notebook:x:3").status()).isEqualTo(200);
    }

    @Test
    void aSeededModelIsDownloadedAsAFolderThatThisServiceLoads() throws Exception {
        Map<String, byte[]> files = download("org%2Fsmall", "org_small.zip");
        assertThat(files.keySet()).containsExactly("config.json", "model.safetensors");

        Path folder = Files.createDirectories(models.resolve("copy"));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }

        JsonNode copy = http.get("/v1/models/copy").json();
        assertThat(copy.has("error")).isFalse();
        assertThat(copy.get("config"))
                .isEqualTo(http.get("/v1/models/org%2Fsmall").json().get("config"));
    }

    @Test
    void anAdapterIsDownloadedInPeftsLayout() throws Exception {
        register("ft:notebook:x:5", new LoraConfig(4, 8, Set.of("v_proj")));

        Map<String, byte[]> files = download("ft:notebook:x:5", "ft_notebook_x_5.zip");

        assertThat(files.keySet()).containsExactly("adapter_config.json", "adapter_model.safetensors");
        assertThat(new JsonMapper()
                        .readTree(files.get("adapter_config.json"))
                        .get("peft_type")
                        .stringValue())
                .isEqualTo("LORA");
    }

    @Test
    void aBrokenModelIsNotDownloaded() {
        Answer answer = http.get("/v1/models/broken/content");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("error").get("code").stringValue()).isEqualTo("model_unusable");
        assertThat(answer.json().get("detail").stringValue()).contains("GPT2LMHeadModel");
    }

    /** The first of its parts, 4 MB each, is sent before the damage to the second can be known. */
    @Test
    void aDownloadThatFailsHalfWayIsSeenToFailByTheClient() throws IOException {
        TunedModel model;
        try (BlobWriter writer = blobs.open()) {
            writer.write(new byte[9 << 20]);
            Blob blob = writer.finish();
            model = new TunedModel(
                    "ft:notebook:x:6",
                    "notebook",
                    "ftjob-1",
                    blob.id(),
                    blob.sha256(),
                    new LoraConfig(4, 8, Set.of("v_proj")),
                    CREATED);
            tuned.register(model);
        }
        BlobDamage.of(jdbc, environment).change(model.weightsBlobId());

        assertThatThrownBy(() -> {
                    try (InputStream body = http.stream("/v1/models/" + model.id() + "/content")) {
                        body.transferTo(OutputStream.nullOutputStream());
                    }
                })
                .as("half-way when the bytes are in rows; a file is looked through before, and the answer is 500")
                .isInstanceOfAny(IOException.class, IllegalStateException.class);
        assertThat(http.get("/v1/models/notebook").status()).isEqualTo(200);
    }

    private Map<String, byte[]> download(String id, String name) throws IOException, InterruptedException {
        HttpResponse<byte[]> response;
        try (HttpClient client = HttpClient.newHttpClient()) {
            response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/models/" + id + "/content"))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        }
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/zip");
        assertThat(response.headers().firstValue("Content-Disposition").orElse(""))
                .contains("\"" + name + "\"");
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(response.body()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private TunedModel register(String id, @Nullable LoraConfig lora) throws IOException {
        return register(id, "notebook", lora);
    }

    /** Its weights are an empty file: nothing here loads them. */
    private TunedModel register(String id, String base, @Nullable LoraConfig lora) throws IOException {
        try (BlobWriter writer = blobs.open()) {
            SafetensorsWriter.write(writer, List.of(), Map.of("format", "pt"));
            Blob blob = writer.finish();
            TunedModel model = new TunedModel(id, base, "ftjob-1", blob.id(), blob.sha256(), lora, CREATED);
            tuned.register(model);
            return model;
        }
    }

    private static JsonNode entry(JsonNode list, String id) {
        for (JsonNode model : list.get("data")) {
            if (model.get("id").stringValue().equals(id)) {
                return model;
            }
        }
        throw new AssertionError(id + " is not in " + list);
    }
}
