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
                "\"num_attention_heads\": 4",
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
