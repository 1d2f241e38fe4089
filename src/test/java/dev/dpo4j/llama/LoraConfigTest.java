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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraConfigTest {

    private static final LlamaConfig LLAMA = TinyLlama.UNTIED; // 2 layers, C 30, F 41, H D 60, K D 20

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

    /** What RE2 would take, and Python reads otherwise or not at all. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            .*q_pro{,3}j           | {,3}: write {0,3}
            .*[[:alpha:]]_proj     | [:
            .*\\Qq_proj\\E         | \\Q
            .*[\\pL]_proj          | \\p
            .*\\pL_proj            | \\p
            .*q_proj\\z            | \\z
            (?U).*q_proj           | (?U)
            .*(?i)Q_PROJ           | (?i)
            (?-i).*q_proj          | (?-i)
            .*(?<kind>q)_proj      | (?P<
            """)
    void whatPythonReadsOtherwiseIsRefused(String expression, String said) {
        assertThatThrownBy(() -> ModulePattern.ofPath(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + expression + "\"")
                .hasMessageContaining(said);
        assertThatThrownBy(() -> ModulePattern.requirePathEnd(expression)).hasMessageContaining(said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?i).*Q_PROJ",
                ".*\\.(q|v)_proj",
                ".*(?P<kind>q|k)_proj",
                ".*(?:q)_proj",
                ".*(?i:Q)_proj",
                ".*[]q]_proj",
                ".*[^]v]_proj",
                ".*[q:[]_proj",
                "model\\.layers\\.\\d{1,3}\\..*q_proj",
                ".*q{1}_proj(x{})?"
            })
    void whatBothReadAlikeIsTaken(String expression) {
        assertThat(ModulePattern.ofPath(expression).matches("model.layers.0.self_attn.q_proj"))
                .isTrue();
    }

    /** It is no longer than a line, and would be a thousand million states. */
    @ParameterizedTest
    @ValueSource(
            strings = {"((a{1000}){1000}){1000}", "(?:(?:x|[ab]{50}){50}){2,}", "a{1000}b{1000}c{1000}d{1000}e{1000}"})
    void anExpressionThatGrowsWhenItIsWrittenOutIsRefused(String expression) {
        assertThatThrownBy(() -> ModulePattern.ofPath(expression)).hasMessageContaining("written out");
        assertThatThrownBy(() -> ModulePattern.requirePathEnd(expression)).hasMessageContaining("written out");
    }

    @Test
    void repetitionsAreCountedWithWhatTheyRepeat() {
        assertThat(ModulePattern.requirePathEnd("abc")).isEqualTo(3);
        assertThat(ModulePattern.requirePathEnd("a{3}b{2,5}c{4,}[xyz]{2}\\d{2}"))
                .isEqualTo(3 + 5 + 4 + 2 + 2);
        assertThat(ModulePattern.requirePathEnd("x(ab|c){3}y")).isEqualTo(1 + 3 * 5 + 1);
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
