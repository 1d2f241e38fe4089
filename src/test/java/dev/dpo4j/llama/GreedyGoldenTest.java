package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.Golden;
import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.tensor.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SmolLM2 continues five prompts as it does in transformers, token by token. */
@Tag("real")
class GreedyGoldenTest {

    @Test
    void choosesTheTokensThatTransformersChooses() throws IOException {
        Path folder = Path.of(Optional.ofNullable(System.getProperty("dpo4j.test.smollm2"))
                .orElseThrow(() -> new IllegalStateException("set -Ddpo4j.test.smollm2 to SmolLM2's model folder")));
        LlamaConfig config =
                LlamaConfigReader.read(JsonMapper.shared().readTree(Files.readString(folder.resolve("config.json"))));
        JsonNode cases = Golden.read("greedy.json").get("cases");
        try (Compute compute = new Compute(KernelSelection.best(), 2);
                LlamaWeights weights = LlamaWeights.allocate(config)) {
            SafetensorsReader.read(folder.resolve("model.safetensors"), tensor -> weights.tensor(tensor.name()));
            Generator generator = new Generator(new LlamaModel(weights, null, compute), () -> {});

            assertThat(cases).hasSize(5);
            for (JsonNode golden : cases) {
                Generation generation = generator.generate(
                        ids(golden.get("prompt_ids")),
                        Greedy.sampling(40, Set.copyOf(config.eosTokenIds())),
                        token -> true);

                assertThat(generation.tokens())
                        .as(golden.get("text").asString())
                        .containsExactly(ids(golden.get("tokens")));
            }
        }
    }

    private static int[] ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
