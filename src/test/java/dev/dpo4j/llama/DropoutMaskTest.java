package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.tensor.Compute;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutMaskTest {

    private static final LlamaConfig CONFIG = TinyLlama.UNTIED;
    private static final int WIDTH = CONFIG.hiddenSize();
    private static final int ROWS = 300; // more than are dropped from at a time

    @Test
    void valuesAreDroppedWithTheGivenProbabilityAndOthersMakeUpForIt() {
        float[] masks = masks(0.3, 0, 1, 2, 3);

        for (float mask : masks) {
            assertThat(mask).isIn(0f, (float) (1 / 0.7));
        }
        double dropped =
                IntStream.range(0, masks.length).filter(i -> masks[i] == 0).count();
        // five standard deviations of as many throws
        assertThat(dropped / masks.length).isCloseTo(0.3, within(5 * Math.sqrt(0.3 * 0.7 / masks.length)));
    }

    @Test
    void aPassHasItsMasksWheneverItIsMadeAndAnotherOneHasOthers() {
        float[] masks = masks(0.5, 0, 1, 2, 3);
        assertThat(masks(0.5, 0, 1, 2, 3)).containsExactly(masks);
        for (float[] other : new float[][] {
            masks(0.5, 0, 2, 2, 3), masks(0.5, 0, 1, 3, 3), masks(0.5, 0, 1, 2, 4), masks(0.5, 1, 1, 2, 3)
        }) {
            assertUnrelated(masks, other);
        }
    }

    @Test
    void rowsAndColumnsHaveNothingToDoWithEachOther() {
        float[] masks = masks(0.5, 0, 7);
        assertUnrelated(Arrays.copyOf(masks, masks.length - WIDTH), Arrays.copyOfRange(masks, WIDTH, masks.length));
        assertUnrelated(Arrays.copyOf(masks, masks.length - 1), Arrays.copyOfRange(masks, 1, masks.length));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
    void whatIsNoProbabilityBetweenIsRefused(double p) {
        try (LoraWeights lora = LoraWeights.allocate(CONFIG, new LoraConfig(1, 1, Set.of("q_proj")))) {
            assertThatThrownBy(() -> new Dropout(lora, p).close()).hasMessageContaining("lora_dropout");
        }
    }

    /** Of fair coins half agree. */
    private static void assertUnrelated(float[] one, float[] other) {
        double agree =
                IntStream.range(0, one.length).filter(i -> one[i] == other[i]).count();
        assertThat(agree / one.length).isCloseTo(0.5, within(5 * 0.5 / Math.sqrt(one.length)));
    }

    /** What an adapter whose A is the identity makes of ones: (ROWS, WIDTH). */
    private static float[] masks(double p, int layer, long... pass) {
        try (Compute compute = new Compute(2);
                LoraWeights lora = LoraWeights.allocate(CONFIG, new LoraConfig(WIDTH, 1, Set.of("q_proj")));
                Dropout dropout = new Dropout(lora, p);
                Arena arena = Arena.ofShared()) {
            LoraWeights.Adapter adapter = lora.layer(layer).qkv().getFirst();
            for (int i = 0; i < WIDTH; i++) {
                adapter.a().segment().setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * WIDTH + i, 1);
            }
            MemorySegment x = arena.allocate((long) ROWS * WIDTH * Float.BYTES, 64);
            MemorySegment u = arena.allocate((long) ROWS * WIDTH * Float.BYTES, 64);
            for (long i = 0; i < (long) ROWS * WIDTH; i++) {
                x.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
            }
            dropout.begin(pass);
            dropout.forward(compute, adapter, x, ROWS, u);
            return u.toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
