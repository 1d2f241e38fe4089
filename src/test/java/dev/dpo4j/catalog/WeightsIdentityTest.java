package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.TinyLlama;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class WeightsIdentityTest {

    private static final LoraConfig LORA = new LoraConfig(2, 6, Set.of("q_proj"));

    @Test
    void aDoraIsAnotherAdapterAndEachMagnitudeCounts() {
        try (LoraWeights lora = LoraWeights.allocate(TinyModel.CONFIG, LORA);
                LoraWeights dora = LoraWeights.allocate(TinyModel.CONFIG, TinyLlama.dora(LORA))) {
            String identity = WeightsIdentity.of(dora);
            assertThat(identity).isNotEqualTo(WeightsIdentity.of(lora));
            dora.tensor("base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector")
                    .setAtIndex(ValueLayout.JAVA_FLOAT, 3, 1);
            assertThat(WeightsIdentity.of(dora)).isNotEqualTo(identity);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"vocab_size\": 21",
                "\"hidden_size\": 32, \"head_dim\": 8",
                "\"intermediate_size\": 12",
                "\"num_hidden_layers\": 2",
                "\"num_attention_heads\": 4, \"head_dim\": 8",
                "\"num_key_value_heads\": 2",
                "\"head_dim\": 4",
                "\"rms_norm_eps\": 0.1",
                "\"rope_theta\": 20000.0",
                "\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 2.0}",
                "\"tie_word_embeddings\": true"
            })
    void ofAConfigurationCountsWhatGivenWeightsComputeWith(String change) {
        assertThat(WeightsIdentity.of(config(change))).isNotEqualTo(WeightsIdentity.of(config("")));
    }

    /** Checkpoints hold it: another one makes every job pause that was begun before. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"rope_theta\": 10000.0 | 1b95bf9c3e792730a22eb0c4d35358b9ff2ebd2b6734b6fdd5a04f8207cd8f3a",
                "\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 2.0} | bc1454bd12fa310a56a30732d16fbe79b41f01c5286c78e9a0b1a862632c5a84",
                "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192} | f53cb4db28651aad6977759e82ce9a6f3c8ae67017577f80473e740222bfe859"
            })
    void ofAConfigurationStaysTheSame(String change, String identity) {
        assertThat(WeightsIdentity.of(config(change))).isEqualTo(identity);
    }

    @Test
    void ofAConfigurationNothingElseCounts() {
        assertThat(
                        WeightsIdentity.of(
                                config(
                                        "\"max_position_embeddings\": 77, \"eos_token_id\": 2, \"rope_theta\": 10000, \"initializer_range\": 0.5")))
                .isEqualTo(WeightsIdentity.of(config("")));
    }

    private static LlamaConfig config(String change) {
        String json = """
                {"model_type": "llama", "vocab_size": 20, "hidden_size": 16, "intermediate_size": 8, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "num_key_value_heads": 1, "rope_theta": 10000.0, "tie_word_embeddings": false}""";
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(json);
        config.setAll((ObjectNode) JsonMapper.shared().readTree("{" + change + "}"));
        return LlamaConfigReader.read(config);
    }
}
