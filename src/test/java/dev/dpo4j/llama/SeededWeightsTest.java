package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SeededWeightsTest {

    /** A few last places: torch's vector logarithm and sine are not the exact ones. */
    private static final double TOLERANCE = 1.5e-8;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyWeightIsTheOneThatPytorchDraws(int index) throws IOException {
        JsonNode golden = Golden.read("seeded-weights.json").get(index);
        LlamaConfig config = LlamaConfigReader.read(golden.get("config"));
        Map<String, float[]> weights = fill(config, golden.get("seed").longValue());

        JsonNode expected = golden.get("weights");
        assertThat(weights.keySet()).containsExactlyInAnyOrderElementsOf(expected.propertyNames());
        weights.forEach((name, values) -> assertClose(name, values, expected.get(name)));
    }

    @Test
    void theOrderOfNamesIsThatOfTransformers() throws IOException {
        JsonNode golden = Golden.read("seeded-weights.json").get(1);

        assertThat(List.copyOf(LlamaConfigReader.read(golden.get("config"))
                        .weightShapes()
                        .keySet()))
                .isEqualTo(List.copyOf(golden.get("weights").propertyNames()));
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
        LlamaConfig config = LlamaConfigReader.read(new JsonMapper().readTree("""
                {"vocab_size": 16, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, \
                "num_attention_heads": 2}"""));

        assertThat(fill(config, 3).get("lm_head.weight"))
                .isEqualTo(fill(config, 3).get("lm_head.weight"))
                .isNotEqualTo(fill(config, 4).get("lm_head.weight"));
    }

    @Test
    void shapesThatPytorchDrawsOtherwiseAreRefused() {
        LlamaConfig config = LlamaConfigReader.read(new JsonMapper().readTree("""
                {"vocab_size": 17, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, \
                "num_attention_heads": 2}"""));

        assertThatThrownBy(() -> fill(config, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model.embed_tokens.weight has shape [17, 8]")
                .hasMessageContaining("multiple of 16");
    }

    @Test
    void skippingDrawsNothingElse() {
        for (int n : new int[] {0, 1, 623, 624, 625, 5000}) {
            TorchRandom drawn = new TorchRandom(42);
            for (int i = 0; i < n; i++) {
                drawn.nextInt();
            }
            TorchRandom skipped = new TorchRandom(42);
            skipped.skip(n);

            assertThat(skipped.nextInt()).as("after " + n).isEqualTo(drawn.nextInt());
        }
    }

    private static Map<String, float[]> fill(LlamaConfig config, long seed) {
        Map<String, float[]> weights = new HashMap<>();
        config.weightShapes().forEach((name, shape) -> {
            long size = 1;
            for (long dimension : shape) {
                size *= dimension;
            }
            weights.put(name, new float[Math.toIntExact(size)]);
        });
        SeededWeights.fill(config, seed, name -> MemorySegment.ofArray(weights.get(name)));
        return weights;
    }

    private static void assertClose(String name, float[] values, JsonNode expected) {
        assertSlice(name, values, 0, expected.get("first"));
        assertSlice(name, values, values.length / 2, expected.get("middle"));
        assertSlice(name, values, values.length - expected.get("last").size(), expected.get("last"));
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double expectedSquares = expected.get("sum_of_squares").doubleValue();
        assertThat(sum).as(name).isCloseTo(expected.get("sum").doubleValue(), within(1e-9 * values.length + 1e-6));
        assertThat(squares).as(name).isCloseTo(expectedSquares, within(1e-6 * expectedSquares));
    }

    private static void assertSlice(String name, float[] values, int from, JsonNode expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat((double) values[from + i])
                    .as(name + "[" + (from + i) + "]")
                    .isCloseTo(expected.get(i).doubleValue(), within(TOLERANCE));
        }
    }
}
