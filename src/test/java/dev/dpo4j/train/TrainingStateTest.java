package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.tensor.NativeMemory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TrainingStateTest {

    private static final int TRIES = 10;

    /** Here it fails after its gradients and moments, as it would if the memory were all gone by then. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aStateThatCannotBeMadeLeavesNoMemoryBehind() {
        LoraConfig config = new LoraConfig(20_000, 8, Set.of("q_proj")); // 14 MB, far larger than its base
        Hyperparameters following =
                TinyRun.hyperparameters().referenceSync(0.5, 1).build();
        TokenizedData data = new TokenizedData(TinyRun.preferences(1), List.of(), Cuts.NONE, Cuts.NONE);
        try (LoraWeights trained = LoraWeights.allocate(TinyLlama.UNTIED, config)) {
            assertFails(trained, data, following);
            long before = NativeMemory.residentBytes();
            assertThat(before).isPositive();
            for (int i = 0; i < TRIES; i++) {
                assertFails(trained, data, following);
            }
            long bytes = Float.BYTES * config.parameters(TinyLlama.UNTIED);
            assertThat(NativeMemory.residentBytes() - before).isLessThan(TRIES * 3 * bytes / 2);
        }
    }

    private static void assertFails(LoraWeights trained, TokenizedData data, Hyperparameters following) {
        assertThatThrownBy(() -> new TrainingState(trained, data, following))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("A reference can follow");
    }
}
