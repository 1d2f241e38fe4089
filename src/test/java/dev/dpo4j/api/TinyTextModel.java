package dev.dpo4j.api;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaConfigWriter;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.SeededWeights;
import dev.dpo4j.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A small model with a tokenizer, as a folder of the catalog. */
final class TinyTextModel {

    private TinyTextModel() {}

    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        LlamaConfig config = LlamaConfigReader.read(JsonMapper.shared().readTree("""
                {"vocab_size": 512, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64}"""));
        Files.writeString(
                folder.resolve("config.json"), LlamaConfigWriter.toJson(config).toString());
        try (LlamaWeights weights = LlamaWeights.allocate(config);
                OutputStream file = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            SeededWeights.fill(config, 5, weights::tensor);
            SafetensorsWriter.write(file, weights.tensors(), Map.of("format", "pt"));
        }
        for (String name : List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
            Files.copy(Path.of("src/test/resources/models/tiny-tokenizer", name), folder.resolve(name));
        }
    }
}
