package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.safetensors.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class FolderModelsTest {

    private static final Predicate<String> FIRST_LAYER = name -> name.startsWith("model.layers.0.");

    @TempDir
    private Path temporary;

    private Path root;
    private FolderModels models;

    @BeforeEach
    void setUp() throws IOException {
        root = Files.createDirectory(temporary.resolve("models"));
        models = models(root);
    }

    @Test
    void aFolderIsAModelNamedLikeIt() throws IOException {
        TinyModel.write(root.resolve("tiny-1.0"), TinyModel.CONFIG, 1);

        ModelEntry entry = only();

        assertThat(entry.id()).isEqualTo("tiny-1.0");
        assertThat(entry.kind()).isEqualTo(ModelKind.FOLDER);
        assertThat(entry.error()).isNull();
        assertThat(entry.hasTokenizer()).isFalse();
        assertThat(entry.config()).isEqualTo(TinyModel.CONFIG);
    }

    @Test
    void itsWeightsAreThoseOfItsFile() throws IOException {
        TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);

        assertWeights("tiny", TinyModel.CONFIG, 1);
    }

    @Test
    void aMissingDirectoryIsAnEmptyOne() {
        assertThat(models(root.resolve("nowhere")).models()).isEmpty();
        assertThat(models(root.resolve("nowhere")).model("tiny")).isEmpty();
    }

    @Test
    void newAndVanishedFoldersAreSeenAtOnce() throws IOException {
        assertThat(models.models()).isEmpty();

        Path folder = TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);
        assertThat(only().error()).isNull();

        Files.delete(folder.resolve("model.safetensors"));
        assertThat(only().error()).contains("model.safetensors");

        Files.delete(folder.resolve("config.json"));
        Files.delete(folder);
        assertThat(models.models()).isEmpty();
        assertThat(models.model("tiny")).isEmpty();
    }

    @Test
    void changedFilesMakeANewVersion() throws IOException {
        Path folder = TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);
        String before = models.model("tiny").orElseThrow().version();
        assertThat(models.model("tiny").orElseThrow().version()).isEqualTo(before);

        TinyModel.writeWeights(
                folder.resolve("model.safetensors"), TinyModel.tensors(TinyModel.CONFIG, 2, name -> true));
        Files.setLastModifiedTime(
                folder.resolve("model.safetensors"), FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));

        assertThat(models.model("tiny").orElseThrow().version()).isNotEqualTo(before);
        assertWeights("tiny", TinyModel.CONFIG, 2);
    }

    @Test
    void aBrokenFolderSaysWhyAndHidesNoOther() throws IOException {
        TinyModel.write(root.resolve("b-good"), TinyModel.CONFIG, 1);
        Files.createDirectory(root.resolve("a-empty"));
        Path broken = TinyModel.write(root.resolve("c-broken"), TinyModel.CONFIG, 1);
        Files.writeString(broken.resolve("config.json"), "{\"vocab_size\": ");
        Files.writeString(root.resolve("a-file"), "not a folder");

        List<ModelEntry> entries =
                models.models().stream().map(FolderModel::entry).toList();

        assertThat(entries).extracting(ModelEntry::id).containsExactly("a-empty", "b-good", "c-broken");
        assertThat(entries.get(0).error()).contains("config.json");
        assertThat(entries.get(1).error()).isNull();
        assertThat(entries.get(2).error()).contains("config.json is not valid JSON");
    }

    @Test
    void aModelOfAnotherArchitectureIsListedWithTheReason() throws IOException {
        Path folder = TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);
        Files.writeString(folder.resolve("config.json"), "{\"architectures\": [\"Qwen3ForCausalLM\"]}");

        assertThat(only().error()).contains("Qwen3ForCausalLM");
    }

    @Test
    void shardsAreReadAsOneModel() throws IOException {
        sharded("model-1.safetensors", "model-2.safetensors", "model-1.safetensors", "model-2.safetensors");

        assertThat(only().error()).isNull();
        assertWeights("tiny", TinyModel.CONFIG, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../tiny/model-1.safetensors", "/etc/passwd", "config.json", "", "model-3.safetensors"})
    void anIndexMayOnlyNameSafetensorsFilesOfItsFolder(String name) throws IOException {
        sharded("model-1.safetensors", "model-2.safetensors", name, "model-2.safetensors");

        assertThat(only().error()).contains("model.safetensors.index.json names \"" + name + "\"");
    }

    @Test
    void aTensorInAnotherShardThanTheIndexSaysIsRefused() throws IOException {
        sharded("model-1.safetensors", "model-2.safetensors", "model-2.safetensors", "model-1.safetensors");

        assertThat(only().error()).contains("is in model-1.safetensors, but").contains("says model-2.safetensors");
    }

    @Test
    void aTensorInTwoShardsIsRefused() throws IOException {
        Path folder =
                sharded("model-1.safetensors", "model-2.safetensors", "model-1.safetensors", "model-2.safetensors");
        TinyModel.writeWeights(
                folder.resolve("model-2.safetensors"), TinyModel.tensors(TinyModel.CONFIG, 1, name -> true));

        assertThat(only().error())
                .contains("model.layers.0.")
                .contains("model-1")
                .contains("model-2");
    }

    @Test
    void missingAndUnknownTensorsAreNamed() throws IOException {
        Path folder = TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);
        Path file = folder.resolve("model.safetensors");

        TinyModel.writeWeights(file, TinyModel.tensors(TinyModel.CONFIG, 1, name -> !name.equals("model.norm.weight")));
        assertThat(only().error()).contains("lack \"model.norm.weight\"");

        List<NamedTensor> more = new ArrayList<>(TinyModel.tensors(TinyModel.CONFIG, 1, name -> true));
        more.add(TinyModel.tensor("model.layers.2.bias", new long[] {1}, new Random(1)));
        TinyModel.writeWeights(file, more);
        assertThat(only().error()).contains("model.layers.2.bias");
    }

    @Test
    void aTensorOfAnotherShapeIsRefusedByName() throws IOException {
        Path folder = TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);
        List<NamedTensor> tensors =
                new ArrayList<>(TinyModel.tensors(TinyModel.CONFIG, 1, name -> !name.equals("lm_head.weight")));
        tensors.add(TinyModel.tensor("lm_head.weight", new long[] {16, 48}, new Random(1)));
        TinyModel.writeWeights(folder.resolve("model.safetensors"), tensors);

        assertThat(only().error())
                .contains("lm_head.weight")
                .contains("[16, 48]")
                .contains("[48, 16]");
    }

    @Test
    void tiedModelsNeedNoHeadAndMayHaveOne() throws IOException {
        LlamaConfig tied = TinyModel.config(true);
        Path folder = TinyModel.write(root.resolve("tiny"), tied, 1);
        assertThat(only().error()).isNull();

        List<NamedTensor> withHead = new ArrayList<>(TinyModel.tensors(tied, 1, name -> true));
        withHead.add(TinyModel.tensor("lm_head.weight", new long[] {48, 16}, new Random(1)));
        TinyModel.writeWeights(folder.resolve("model.safetensors"), withHead);

        assertThat(only().error()).isNull();
        assertWeights("tiny", tied, 1);
    }

    @Test
    void truncatedWeightsAreAnErrorUntilTheyAreComplete() throws IOException {
        Path folder = TinyModel.write(root.resolve("tiny"), TinyModel.CONFIG, 1);
        Path file = folder.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertThat(only().error()).contains("truncated");

        Files.write(file, whole);
        assertThat(only().error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "", "../outside", "a/../../outside", "..\\outside", "a\0b", ".hidden", "/etc"})
    void idsThatAreNotPlainNamesFindNothing(String id) throws IOException {
        TinyModel.write(temporary.resolve("outside"), TinyModel.CONFIG, 1);

        assertThat(models.model(id)).isEmpty();
    }

    @Test
    void linksOutOfTheDirectoryAreNotFollowed() throws IOException {
        Path outside = TinyModel.write(temporary.resolve("outside"), TinyModel.CONFIG, 1);
        Files.createSymbolicLink(root.resolve("whole"), outside);
        Path inside = TinyModel.write(root.resolve("weights"), TinyModel.CONFIG, 1);
        Files.delete(inside.resolve("model.safetensors"));
        Files.createSymbolicLink(inside.resolve("model.safetensors"), outside.resolve("model.safetensors"));

        assertThat(models.models())
                .extracting(model -> model.entry().error())
                .hasSize(2)
                .allSatisfy(error -> assertThat(error).contains("leads out of the models directory"));
    }

    private ModelEntry only() {
        List<FolderModel> found = models.models();
        assertThat(found).hasSize(1);
        return found.getFirst().entry();
    }

    /** The first layer in one file, the rest in another; the index says what the last two names say. */
    private Path sharded(String first, String second, String indexedFirst, String indexedSecond) throws IOException {
        Path folder = Files.createDirectory(root.resolve("tiny"));
        TinyModel.writeConfig(folder, TinyModel.CONFIG);
        TinyModel.writeWeights(folder.resolve(first), TinyModel.tensors(TinyModel.CONFIG, 1, FIRST_LAYER));
        TinyModel.writeWeights(folder.resolve(second), TinyModel.tensors(TinyModel.CONFIG, 1, FIRST_LAYER.negate()));
        JsonMapper json = new JsonMapper();
        var index = json.createObjectNode();
        var map = index.putObject("weight_map");
        for (String name : TinyModel.CONFIG.weightShapes().keySet()) {
            map.put(name, FIRST_LAYER.test(name) ? indexedFirst : indexedSecond);
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
        return folder;
    }

    private void assertWeights(String id, LlamaConfig config, long seed) throws IOException {
        BaseModel model = models.model(id).orElseThrow().model().orElseThrow();
        try (LlamaWeights weights = LlamaWeights.allocate(config)) {
            model.fill(weights);
            for (NamedTensor expected : TinyModel.tensors(config, seed, name -> true)) {
                assertThat(weights.tensor(expected.name()).mismatch(expected.data()))
                        .as(expected.name())
                        .isEqualTo(-1);
            }
        }
    }

    private static FolderModels models(Path directory) {
        return new FolderModels(new ModelProperties(directory, null, Map.of()));
    }
}
