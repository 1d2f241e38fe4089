package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdamWTest {

    private static final float[] WEIGHTS = {0.5f, -1.25f, 2, 0.01f};

    private static final float[][] GRADIENTS = {
        {0.1f, -0.2f, 3, 1e-4f}, {0.3f, 0.2f, -1, 0}, {-0.2f, 0.4f, 0.5f, 1e-5f}, {0.05f, 0, 0, -2e-4f}
    };

    /** {@code torch.optim.AdamW([w], lr=0.01, betas=…, eps=…, weight_decay=0.1)} of torch 2.15 after those four steps, in float32. */
    static Stream<Arguments> torchs() {
        return Stream.of(
                arguments(AdamOptions.DEFAULT, new float[] {0.47343275f, -1.2454752f, 1.9706767f, -0.009411648f}),
                arguments(new AdamOptions(0.8, 0.95, 1e-3), new float[] {0.47449905f, -1.247105f, 1.972033f, 0.00878027f
                }),
                arguments(new AdamOptions(0, 0, 1), new float[] {0.49598238f, -1.2478634f, 1.9861945f, 0.009960963f}));
    }

    @ParameterizedTest
    @MethodSource("torchs")
    void movesWeightsAsTorchDoesWithTheSameConstants(AdamOptions options, float[] expected) {
        try (Compute compute = Goldens.compute();
                LlamaWeights weights = Goldens.tiny(1);
                LlamaWeights gradients = weights.zerosLike();
                LlamaWeights first = weights.zerosLike();
                LlamaWeights second = weights.zerosLike()) {
            AdamW adamW = new AdamW(options, compute, weights, gradients, first, second);
            MemorySegment w = weights.tensors().getFirst().data();
            MemorySegment g = gradients.tensors().getFirst().data();
            w.copyFrom(MemorySegment.ofArray(WEIGHTS));
            for (int step = 1; step <= GRADIENTS.length; step++) {
                g.copyFrom(MemorySegment.ofArray(GRADIENTS[step - 1]));
                adamW.step(step, 0.01, 1, 0.1);
            }
            float[] moved = w.asSlice(0, (long) WEIGHTS.length * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
            assertThat(moved).containsExactly(expected, within(1e-7f));
        }
    }
}
