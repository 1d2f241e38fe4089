package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaConfigWriter;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/** A Llama of some thousand weights, written as a Hugging Face folder. */
final class TinyModel {

    static final LlamaConfig CONFIG = config(false);

    private TinyModel() {}

    static LlamaConfig config(boolean tied) {
        return config(tied, 48);
    }

    static LlamaConfig config(boolean tied, int vocabulary) {
        return LlamaConfigReader.read(new JsonMapper().readTree("""
                {"vocab_size": %d, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": %s}""".formatted(vocabulary, tied)));
    }

    /** Writes config.json and model.safetensors. */
    static Path write(Path folder, LlamaConfig config, long seed) throws IOException {
        Files.createDirectories(folder);
        writeConfig(folder, config);
        writeWeights(folder.resolve("model.safetensors"), tensors(config, seed, name -> true));
        return folder;
    }

    static void writeConfig(Path folder, LlamaConfig config) throws IOException {
        Files.writeString(
                folder.resolve("config.json"), LlamaConfigWriter.toJson(config).toString());
    }

    static void writeWeights(Path file, List<NamedTensor> tensors) throws IOException {
        Files.write(file, safetensors(tensors));
    }

    static byte[] safetensors(List<NamedTensor> tensors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, tensors, Map.of("format", "pt"));
        return out.toByteArray();
    }

    /** Random weights; those that are not wanted are left out. */
    static List<NamedTensor> tensors(LlamaConfig config, long seed, Predicate<String> wanted) {
        Random random = new Random(seed);
        List<NamedTensor> tensors = new ArrayList<>();
        config.weightShapes().forEach((name, shape) -> {
            NamedTensor tensor = tensor(name, shape, random);
            if (wanted.test(name)) {
                tensors.add(tensor);
            }
        });
        return tensors;
    }

    static NamedTensor tensor(String name, long[] shape, Random random) {
        int size = 1;
        for (long dimension : shape) {
            size = Math.toIntExact(size * dimension);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian(0, 0.1);
        }
        return new NamedTensor(name, shape, MemorySegment.ofArray(values));
    }
}
