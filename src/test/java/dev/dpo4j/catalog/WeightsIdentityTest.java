package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.TinyLlama;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
}
