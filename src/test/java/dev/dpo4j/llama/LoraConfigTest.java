package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoraConfigTest {

    private static final LlamaConfig LLAMA = TinyLlama.UNTIED; // 2 blocks, C 30, F 41, H D 60, K D 20

    @Test
    void theScaleIsAlphaByRankAndWithRsLoraByItsRoot() {
        assertThat(scale(new LoraConfig(16, 8, Set.of("v_proj")))).isEqualTo(8.0 / 16);
        assertThat(scale(new LoraConfig(16, 8, Set.of("v_proj"), true, Map.of(), Map.of())))
                .isEqualTo(8.0 / 4);
    }

    private static double scale(LoraConfig lora) {
        return lora.layers(LLAMA).getFirst().scale();
    }

    @Test
    void weightsAreCountedWithEachLayersOwnRank() {
        LoraConfig lora = new LoraConfig(
                3, 5, Set.of("q_proj", "down_proj"), false, Map.of("layers.1.self_attn.q_proj", 7), Map.of());

        assertThat(lora.parameters(LLAMA)).isEqualTo(3 * (30 + 60) + 7 * (30 + 60) + 2 * 3 * (41 + 30));
        assertThat(lora.largestRank(LLAMA)).isEqualTo(7);
        try (LoraWeights weights = LoraWeights.allocate(LLAMA, lora)) {
            assertThat(weights.tensors().stream()
                            .mapToLong(tensor -> tensor.data().byteSize() / Float.BYTES)
                            .sum())
                    .isEqualTo(lora.parameters(LLAMA));
        }
    }

    @Test
    void ofSeveralPatternsThatMatchTheFirstCounts() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        ranks.put("o_proj", 2);
        ranks.put(".*_proj", 4);
        ranks.put("q_proj", 6);

        assertThat(new LoraConfig(1, 1, Set.of("q_proj", "o_proj"), false, ranks, Map.of()).layers(LLAMA))
                .extracting(AdaptedLayer::r)
                .containsExactly(4, 2, 4, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lm_head", "q_proj.x", "layers.0.mlp", ""})
    void onlyLinearLayersAreTargets(String target) {
        assertThatThrownBy(() -> new LoraConfig(1, 1, Set.of("q_proj", target)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target_modules");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "a)(b", "(?!x)q_proj", "(a)\\1", "a{1001}"})
    void whatIsNoRegularExpressionIsRefused(String pattern) {
        assertThatThrownBy(() -> ModulePattern.ofPathEnd(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + pattern + "\"");
    }

    /** With backtracking it would take longer than the universe has been there. */
    @Test
    void aPatternMadeToTakeForeverTakesNoTime() {
        ModulePattern pattern = ModulePattern.ofPath("((.*)*)*((.*)*)*!");

        assertThat(assertTimeout(
                        Duration.ofSeconds(10), () -> pattern.matches("model.layers.0.self_attn.q_proj".repeat(20))))
                .isFalse();
    }
}
