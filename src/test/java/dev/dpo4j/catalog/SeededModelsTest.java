package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SeededModelsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    @Test
    void theNotebookIsBuiltIn() throws Exception {
        SeededModels models = models(Map.of());

        assertThat(models.entries()).extracting(ModelEntry::id).containsExactly("notebook");
        BaseModel notebook = models.model("notebook").orElseThrow();
        LlamaConfig config = notebook.config();
        assertThat(List.of(config.vocabSize(), config.hiddenSize(), config.intermediateSize()))
                .containsExactly(1000, 128, 11_008);
        try (LlamaWeights weights = LlamaWeights.allocate(config)) {
            notebook.fill(weights);
            // torch.manual_seed(0), as in goldens/seeded-weights.json
            assertThat(weights.tensor("model.norm.weight").get(ValueLayout.JAVA_FLOAT, 0))
                    .isEqualTo(1);
            assertThat(weights.tensor("lm_head.weight").get(ValueLayout.JAVA_FLOAT, 0))
                    .isNotZero();
        }
    }

    @Test
    void modelsAreDeclaredByShapeAndSeedInEitherSpelling() {
        SeededModels models = models(Map.of(
                "dpo4j.models.seeded.other.seed", "1",
                "dpo4j.models.seeded.other.config.vocab_size", "64",
                "dpo4j.models.seeded.other.config.hidden-size", "32",
                "dpo4j.models.seeded.other.config.intermediateSize", "48",
                "dpo4j.models.seeded.other.config.num_hidden_layers", "2",
                "dpo4j.models.seeded.other.config.num_attention_heads", "4",
                "dpo4j.models.seeded.other.config.tie_word_embeddings", "true"));

        BaseModel other = models.model("other").orElseThrow();
        assertThat(other.version()).isEqualTo("1");
        assertThat(other.config().vocabSize()).isEqualTo(64);
        assertThat(other.config().hiddenSize()).isEqualTo(32);
        assertThat(other.config().intermediateSize()).isEqualTo(48);
        assertThat(other.config().layers()).isEqualTo(2);
        assertThat(other.config().tieWordEmbeddings()).isTrue();
        assertThat(models.entry("notebook")).isPresent();
    }

    @Test
    void aShapeThatCannotBeDrawnIsListedWithTheReason() {
        SeededModels models = models(Map.of(
                "dpo4j.models.seeded.odd.config.vocab_size", "65",
                "dpo4j.models.seeded.odd.config.hidden_size", "8",
                "dpo4j.models.seeded.odd.config.num_attention_heads", "2"));

        assertThat(models.model("odd")).isEmpty();
        assertThat(models.entry("odd").orElseThrow().error()).contains("multiple of 16");
        assertThat(models.model("notebook")).isPresent();
    }

    private static SeededModels models(Map<String, String> properties) {
        Map<String, String> source = new HashMap<>(properties);
        source.put("dpo4j.models.directory", "nowhere");
        ModelProperties bound = new Binder(new MapConfigurationPropertySource(source))
                .bindOrCreate("dpo4j.models", ModelProperties.class);
        return new SeededModels(bound, CLOCK);
    }
}
