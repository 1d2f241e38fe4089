package dev.dpo4j.catalog;

import dev.dpo4j.llama.AdaptedLayer;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.safetensors.ExactSink;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.safetensors.TensorShapes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A folder with PEFT's two files, checked as far as that goes without the base they are for.
 *
 * @param snapshot what it held
 * @param config what its adapter_config.json says
 * @param shapes of the tensors in its adapter_model.safetensors, by name
 * @param weights that file
 * @param tokenizerFiles its tokenizer's, where it brings one along
 */
record AdapterFolder(
        FolderSnapshot snapshot,
        AdapterConfig config,
        Map<String, long[]> shapes,
        Path weights,
        List<Path> tokenizerFiles) {

    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    /** Whether a folder says that it holds an adapter. */
    static boolean isOne(FolderSnapshot folder) {
        return folder.files().containsKey(CONFIG);
    }

    /**
     * Reads what the folder says of itself.
     *
     * @throws IOException if a file is missing or damaged
     * @throws IllegalArgumentException if it is an adapter of another kind
     */
    static AdapterFolder inspect(FolderSnapshot folder, List<Path> tokenizerFiles) throws IOException {
        for (String whole : List.of("model.safetensors", "model.safetensors.index.json")) {
            if (folder.files().containsKey(whole)) {
                throw new IOException("it holds both an adapter (%s) and a whole model (%s): put them into two folders"
                        .formatted(CONFIG, whole));
            }
        }
        AdapterConfig config = AdapterConfigReader.read(JsonFile.read(folder, CONFIG));
        Path weights = folder.files().get(WEIGHTS);
        if (weights == null) {
            throw new IOException("it has " + CONFIG + ", but no " + WEIGHTS);
        }
        return new AdapterFolder(
                folder, config, TensorShapes.of(SafetensorsReader.header(weights)), weights, tokenizerFiles);
    }

    /** Changes whenever its weights do. */
    String version() {
        return snapshot.version();
    }

    /** Bytes of its weights as float32. */
    long bytes() {
        return Float.BYTES
                * shapes.values().stream()
                        .mapToLong(shape -> LongStream.of(shape).reduce(1, Math::multiplyExact))
                        .sum();
    }

    /**
     * The adapter on a base.
     *
     * @throws IOException if its file does not hold just the tensors that follow
     * @throws IllegalArgumentException if it adapts what cannot be adapted here, or nothing
     */
    LoraConfig on(LlamaConfig base) throws IOException {
        LoraConfig lora = config.on(base);
        Map<String, long[]> expected = new HashMap<>();
        for (AdaptedLayer layer : lora.layers(base)) {
            expected.putAll(layer.shapes());
        }
        TensorShapes.requireEqual(CONFIG, expected, shapes);
        return lora;
    }

    /** Reads all weights. */
    void fill(LoraWeights target) throws IOException {
        // What it holds is looked at once more: the file may be another one by now.
        SafetensorsReader.read(weights, new ExactSink(CONFIG, target.tensors()));
    }

    /** The files to download: its own. */
    List<ModelFile> files() {
        return Stream.concat(
                        Stream.of(CONFIG, WEIGHTS)
                                .flatMap(name ->
                                        Stream.ofNullable(snapshot.files().get(name))),
                        tokenizerFiles.stream())
                .map(ModelFile::of)
                .toList();
    }
}
