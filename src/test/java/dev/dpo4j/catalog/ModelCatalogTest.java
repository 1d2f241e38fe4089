package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.blob.Blob;
import dev.dpo4j.blob.BlobOwner;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.BlobWriter;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ServiceTest
@Import(ModelCatalogTest.Beans.class)
class ModelCatalogTest {

    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");
    private static final LoraConfig LORA = new LoraConfig(2, 6, Set.of("q_proj", "down_proj"));

    @TempDir
    private static Path models;

    @Autowired
    ModelCatalog catalog;

    @Autowired
    TunedModels tuned;

    @Autowired
    BlobStore blobs;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    OtherOwner otherOwner;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> models.toString());
        registry.add("dpo4j.models.memory-budget", () -> "4MB");
    }

    @BeforeEach
    void writeBase() throws IOException {
        Path folder = models.resolve("tiny");
        TinyModel.write(folder, TinyModel.CONFIG, 1);
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
    }

    @AfterEach
    void deleteTuned() throws IOException {
        for (String folder : List.of("big", "on-tuned", "on-tiny")) {
            FileSystemUtils.deleteRecursively(models.resolve(folder));
        }
        otherOwner.claimed.clear();
        List<String> newestFirst =
                tuned.all().reversed().stream().map(TunedModel::id).toList();
        newestFirst.forEach(catalog::delete);
    }

    @Test
    void seededFolderAndTunedModelsAreListed() throws IOException {
        register(full("ft:tiny:x:1", "tiny", 2));

        assertThat(catalog.entries())
                .extracting(ModelEntry::id, ModelEntry::kind, ModelEntry::hasTokenizer)
                .containsExactly(
                        tuple("notebook", ModelKind.SEEDED, false),
                        tuple("tiny", ModelKind.FOLDER, true),
                        tuple("ft:tiny:x:1", ModelKind.TUNED, true));
        assertThatThrownBy(() -> catalog.entry("other"))
                .isInstanceOf(UnknownModelException.class)
                .hasMessageContaining("\"other\"");
    }

    @Test
    void whatWasRegisteredIsFoundAgain() throws IOException {
        TunedModel model = register(lora("ft:tiny:x:2", "tiny", 3));

        assertThat(tuned.find("ft:tiny:x:2")).contains(model);
        assertThat(catalog.entry("ft:tiny:x:2").config()).isEqualTo(TinyModel.CONFIG);
        assertThat(catalog.defaultReference("ft:tiny:x:2")).isEqualTo("tiny");
        assertThat(catalog.defaultReference("tiny")).isEqualTo("tiny");
    }

    @Test
    void aTunedModelOfAnUnknownBaseIsNotRegistered() {
        assertThatThrownBy(() -> register(lora("ft:gone:x:1", "gone", 3))).isInstanceOf(UnknownModelException.class);
        assertThat(tuned.find("ft:gone:x:1")).isEmpty();
    }

    @Test
    void aFullFineTuneHasItsOwnWeights() throws IOException {
        register(full("ft:tiny:x:3", "tiny", 2));

        try (ModelLease lease = catalog.lease("ft:tiny:x:3")) {
            assertThat(lease.model().lora()).isNull();
            assertSame(TinyModel.tensors(TinyModel.CONFIG, 2, name -> true), lease.model());
        }
    }

    @Test
    void modelsOfTheSameWeightsHaveTheSameIdentityWhereverTheyAre() throws IOException {
        register(full("ft:tiny:x:8", "tiny", 1));
        register(full("ft:tiny:x:9", "tiny", 2));

        try (ModelLease folder = catalog.lease("tiny");
                ModelLease same = catalog.lease("ft:tiny:x:8");
                ModelLease other = catalog.lease("ft:tiny:x:9")) {
            assertThat(same.model().weights()).isNotSameAs(folder.model().weights());
            assertThat(same.identity()).isEqualTo(folder.identity()).hasSize(64);
            assertThat(other.identity()).isNotEqualTo(folder.identity());
        }
    }

    @Test
    void anAdapterSharesTheWeightsOfItsBase() throws IOException {
        register(lora("ft:tiny:x:4", "tiny", 3));

        try (ModelLease base = catalog.lease("tiny");
                ModelLease lease = catalog.lease("ft:tiny:x:4")) {
            assertThat(lease.model().weights()).isSameAs(base.model().weights());
            LoraWeights lora = Objects.requireNonNull(lease.model().lora());
            assertThat(lora.config()).isEqualTo(LORA);
            NamedTensor expected = adapter(3).getFirst();
            assertThat(lora.tensor(expected.name()).mismatch(expected.data())).isEqualTo(-1);
            assertThat(lease.identity()).isNotEqualTo(base.identity());
        }
    }

    @Test
    void aMergedAdapterIsBasePlusScaledProduct() throws IOException {
        register(lora("ft:tiny:x:5", "tiny", 3));
        String name = "model.layers.1.mlp.down_proj";
        float[] a = values(adapter(3), "base_model.model." + name + ".lora_A.weight");
        float[] b = values(adapter(3), "base_model.model." + name + ".lora_B.weight");
        float[] w = values(TinyModel.tensors(TinyModel.CONFIG, 1, n -> true), name + ".weight");
        int in = TinyModel.CONFIG.intermediateSize();
        int row = 5;
        int column = 7;
        double expected =
                w[row * in + column] + 6.0 / 2 * (b[row * 2] * a[column] + b[row * 2 + 1] * (double) a[in + column]);

        try (ModelLease lease = catalog.leaseMerged("ft:tiny:x:5")) {
            assertThat(lease.model().lora()).isNull();
            MemorySegment merged = lease.model().weights().tensor(name + ".weight");
            assertThat((double) merged.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * in + column))
                    .isCloseTo(expected, within(1e-7));
            NamedTensor untouched = TinyModel.tensors(TinyModel.CONFIG, 1, n -> n.equals("lm_head.weight"))
                    .getFirst();
            assertThat(lease.model().weights().tensor("lm_head.weight").mismatch(untouched.data()))
                    .isEqualTo(-1);
        }
    }

    @Test
    void anAdapterOnAnAdapterStandsOnTheMergedOne() throws IOException {
        register(lora("ft:tiny:x:6", "tiny", 3));
        register(lora("ft:ft:tiny:x:6:y:7", "ft:tiny:x:6", 4));

        try (ModelLease merged = catalog.leaseMerged("ft:tiny:x:6");
                ModelLease lease = catalog.lease("ft:ft:tiny:x:6:y:7")) {
            assertThat(lease.model().weights()).isSameAs(merged.model().weights());
            assertThat(lease.model().lora()).isNotNull();
        }
        assertThatThrownBy(() -> catalog.delete("ft:tiny:x:6"))
                .isInstanceOf(ModelInUseException.class)
                .hasMessageContaining("ft:ft:tiny:x:6:y:7");
    }

    @Test
    void weightsThatAreNotTheModelsAreABrokenModel() throws IOException {
        LlamaConfig other = TinyModel.config(true);
        Blob blob = store(TinyModel.safetensors(TinyModel.tensors(other, 1, name -> true)));
        register(new TunedModel("ft:tiny:x:8", "tiny", "job", blob.id(), blob.sha256(), null, CREATED));

        assertThatThrownBy(() -> catalog.lease("ft:tiny:x:8"))
                .isInstanceOf(BrokenModelException.class)
                .hasMessageContaining("ft:tiny:x:8")
                .hasMessageContaining("lm_head.weight");
    }

    @Test
    void aModelLargerThanTheBudgetIsRefused() {
        assertThatThrownBy(() -> catalog.lease("notebook"))
                .isInstanceOf(ModelMemoryException.class)
                .hasMessageContaining("needs 17 MB");
    }

    @Test
    void anAdapterThatCanNeverBeMergedIsRefusedForGoodWithFigures() throws IOException {
        LlamaConfig big = TinyModel.config(true, 60_000); // 3.8 MB of embeddings; the budget is 4 MB
        TinyModel.write(models.resolve("big"), big, 1);
        register(lora("ft:big:x:1", "big", 3));

        catalog.lease("ft:big:x:1").close();
        assertThatThrownBy(() -> catalog.leaseMerged("ft:big:x:1"))
                .isInstanceOfSatisfying(
                        ModelMemoryException.class,
                        e -> assertThat(e.temporary()).isFalse())
                .hasMessageContaining("\"ft:big:x:1\" needs 7 MB at once")
                .hasMessageContaining("budget of 4 MB");
    }

    @Test
    void deletingRemovesTheWeightsToo() throws IOException {
        TunedModel model = register(full("ft:tiny:x:9", "tiny", 2));
        catalog.lease(model.id()).close();

        catalog.delete(model.id());

        assertThatThrownBy(() -> catalog.lease(model.id())).isInstanceOf(UnknownModelException.class);
        assertThat(blobs.find(model.weightsBlobId())).isEmpty();
    }

    @Test
    void deletingLeavesWeightsThatACheckpointNeeds() throws IOException {
        TunedModel model = register(full("ft:tiny:x:10", "tiny", 2));
        otherOwner.claimed.add(model.weightsBlobId());

        catalog.delete(model.id());

        assertThat(blobs.find(model.weightsBlobId())).isPresent();
    }

    @Test
    void whatIsInUseOrNotOursIsNotDeleted() throws IOException {
        register(lora("ft:tiny:x:11", "tiny", 3));

        ModelLease lease = catalog.lease("ft:tiny:x:11");
        try (lease) {
            assertThatThrownBy(() -> catalog.delete("ft:tiny:x:11")).isInstanceOf(ModelInUseException.class);
        }
        assertThatThrownBy(() -> catalog.delete("tiny")).isInstanceOf(ModelNotDeletableException.class);
        assertThatThrownBy(() -> catalog.delete("notebook")).isInstanceOf(ModelNotDeletableException.class);
        assertThatThrownBy(() -> catalog.delete("ft:tiny:x:99")).isInstanceOf(UnknownModelException.class);
    }

    @Test
    void aFolderOfAnAdapterOnATunedModelKeepsThatFromBeingDeleted() throws IOException {
        TunedModel base = register(full("ft:tiny:x:15", "tiny", 2));
        Path folder = Files.createDirectories(models.resolve("on-tuned"));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                AdapterConfigWriter.toJson(base.id(), LORA).toString());
        TinyModel.writeWeights(folder.resolve("adapter_model.safetensors"), adapter(3));

        try (ModelLease lease = catalog.lease("on-tuned")) {
            assertThat(Objects.requireNonNull(lease.model().lora()).config()).isEqualTo(LORA);
            assertSame(TinyModel.tensors(TinyModel.CONFIG, 2, name -> true), lease.model());
        }
        assertThat(catalog.defaultReference("on-tuned")).isEqualTo(base.id());
        assertThatThrownBy(() -> catalog.delete(base.id()))
                .isInstanceOf(ModelInUseException.class)
                .hasMessageContaining("\"on-tuned\" belongs to it");

        FileSystemUtils.deleteRecursively(folder);
        catalog.delete(base.id());
    }

    @Test
    void aMergedFolderAdapterFollowsItsBasesFiles() throws IOException {
        Path folder = Files.createDirectories(models.resolve("on-tiny"));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                AdapterConfigWriter.toJson("tiny", LORA).toString());
        TinyModel.writeWeights(folder.resolve("adapter_model.safetensors"), adapter(3));
        String untouched = "model.norm.weight";
        try (ModelLease lease = catalog.leaseMerged("on-tiny")) {
            assertThat(lease.model().weights().tensor(untouched).toArray(ValueLayout.JAVA_FLOAT))
                    .isEqualTo(values(TinyModel.tensors(TinyModel.CONFIG, 1, name -> true), untouched));
        }

        TinyModel.write(models.resolve("tiny"), TinyModel.CONFIG, 7);
        Files.setLastModifiedTime(
                models.resolve("tiny").resolve("model.safetensors"),
                FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
        try (ModelLease lease = catalog.leaseMerged("on-tiny")) {
            assertThat(lease.model().weights().tensor(untouched).toArray(ValueLayout.JAVA_FLOAT))
                    .isEqualTo(values(TinyModel.tensors(TinyModel.CONFIG, 7, name -> true), untouched));
        }
    }

    @Test
    void anAdaptersOwnTokenizerGoesBeforeItsBases() throws IOException {
        String words = """
                {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "yes": %d}, "unk_token": "[UNK]"}}""";
        Files.writeString(models.resolve("tiny").resolve("tokenizer.json"), words.formatted(7));
        Path folder = Files.createDirectories(models.resolve("on-tiny"));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                AdapterConfigWriter.toJson("tiny", LORA).toString());
        TinyModel.writeWeights(folder.resolve("adapter_model.safetensors"), adapter(3));

        assertThat(catalog.entry("on-tiny").hasTokenizer()).isTrue();
        assertThat(catalog.tokenizer("on-tiny").orElseThrow().encode("yes", false))
                .containsExactly(7);

        Files.writeString(folder.resolve("tokenizer.json"), words.formatted(5));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
        assertThat(catalog.tokenizer("on-tiny").orElseThrow().encode("yes", false))
                .containsExactly(5);
    }

    @Test
    void aTunedModelHasTheTokenizerOfTheFolderItBeganWith() throws IOException {
        Files.writeString(models.resolve("tiny").resolve("tokenizer.json"), """
                {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "yes": 7, "no": 9}, "unk_token": "[UNK]"}}""");
        register(full("ft:tiny:x:14", "tiny", 2));

        Tokenizer tokenizer = catalog.tokenizer("ft:tiny:x:14").orElseThrow();
        assertThat(tokenizer.encode("no yes maybe", false)).containsExactly(9, 7, 0);
        assertThat(catalog.tokenizer("tiny")).containsSame(tokenizer);
        assertThat(catalog.tokenizer("notebook")).isEmpty();
    }

    @Test
    void aDamagedTokenizerMakesABrokenModelOnlyForText() {
        assertThatThrownBy(() -> catalog.tokenizer("tiny"))
                .isInstanceOf(BrokenModelException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageNotContaining(models.toString());
        catalog.lease("tiny").close();
    }

    @Test
    void aFullFineTuneIsDownloadedAsAHuggingFaceFolder() throws IOException {
        TunedModel model = register(full("ft:tiny:x:12", "tiny", 2));

        Map<String, byte[]> files = download(model.id());

        assertThat(files.keySet())
                .containsExactly("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
        JsonNode config = new JsonMapper().readTree(files.get("config.json"));
        assertThat(LlamaConfigReader.read(config)).isEqualTo(TinyModel.CONFIG);
        assertThat(config.get("dtype").stringValue()).isEqualTo("float32");
        assertThat(files.get("model.safetensors"))
                .isEqualTo(TinyModel.safetensors(TinyModel.tensors(TinyModel.CONFIG, 2, name -> true)));
    }

    @Test
    void anAdapterIsDownloadedAsPeftsTwoFiles() throws IOException {
        TunedModel model = register(lora("ft:tiny:x:13", "tiny", 3));

        Map<String, byte[]> files = download(model.id());

        assertThat(files.keySet()).containsExactly("adapter_config.json", "adapter_model.safetensors");
        JsonNode config = new JsonMapper().readTree(files.get("adapter_config.json"));
        assertThat(config.get("r").intValue()).isEqualTo(2);
        assertThat(config.get("lora_alpha").intValue()).isEqualTo(6);
        assertThat(config.get("base_model_name_or_path").stringValue()).isEqualTo("tiny");
        assertThat(config.get("target_modules").toString()).isEqualTo("[\"down_proj\",\"q_proj\"]");
        assertThat(files.get("adapter_model.safetensors")).isEqualTo(TinyModel.safetensors(adapter(3)));
    }

    @Test
    void aFolderIsDownloadedAsItIs() throws IOException {
        assertThat(download("tiny").keySet())
                .containsExactly("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
    }

    private Map<String, byte[]> download(String id) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (ModelFile file : catalog.files(id)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            file.content().writeTo(out);
            files.put(file.name(), out.toByteArray());
        }
        return files;
    }

    private TunedModel register(TunedModel model) {
        transaction.executeWithoutResult(status -> tuned.register(model));
        return model;
    }

    private TunedModel full(String id, String base, long seed) throws IOException {
        Blob blob = store(TinyModel.safetensors(TinyModel.tensors(TinyModel.CONFIG, seed, name -> true)));
        return new TunedModel(id, base, "job", blob.id(), blob.sha256(), null, CREATED);
    }

    private TunedModel lora(String id, String base, long seed) throws IOException {
        Blob blob = store(TinyModel.safetensors(adapter(seed)));
        return new TunedModel(id, base, "job", blob.id(), blob.sha256(), LORA, CREATED.plusSeconds(seed));
    }

    private static List<NamedTensor> adapter(long seed) {
        Random random = new Random(seed);
        try (LoraWeights shape = LoraWeights.allocate(TinyModel.CONFIG, LORA)) {
            return shape.tensors().stream()
                    .map(tensor -> TinyModel.tensor(tensor.name(), tensor.shape(), random))
                    .toList();
        }
    }

    private Blob store(byte[] content) throws IOException {
        try (BlobWriter writer = blobs.open()) {
            writer.write(content);
            return writer.finish();
        }
    }

    private static float[] values(List<NamedTensor> tensors, String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow()
                .data()
                .toArray(ValueLayout.JAVA_FLOAT);
    }

    private static void assertSame(List<NamedTensor> expected, LoadedModel model) {
        for (NamedTensor tensor : expected) {
            assertThat(model.weights().tensor(tensor.name()).mismatch(tensor.data()))
                    .as(tensor.name())
                    .isEqualTo(-1);
        }
    }

    /** Stands for checkpoints, which share blobs with tuned models. */
    static class OtherOwner implements BlobOwner {

        private final Set<String> claimed = new HashSet<>();

        @Override
        public Set<String> blobIds() {
            return Set.copyOf(claimed);
        }
    }

    @TestConfiguration
    static class Beans {

        @Bean
        OtherOwner otherOwner() {
            return new OtherOwner();
        }
    }
}
