package dev.dpo4j.catalog;

import dev.dpo4j.llama.AdaptedLayer;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Folds an adapter into weights, {@code W += scale · B A}, and of a DoRA {@code W = m ⊙ (W + scale · B A) / ‖W + scale · B A‖} by rows, so that
 * the result can be tuned again like any other model.
 */
final class LoraMerge {

    private LoraMerge() {}

    /** New weights that compute what the model computes. */
    static LlamaWeights merged(LoadedModel model) {
        LlamaWeights weights = LlamaWeights.allocate(model.config());
        weights.copyFrom(model.weights());
        LoraWeights lora = model.lora();
        if (lora != null) {
            add(weights, lora);
        }
        return weights;
    }

    private static void add(LlamaWeights weights, LoraWeights lora) {
        for (AdaptedLayer adapted : lora.adapted()) {
            MemorySegment weight = weights.tensor(adapted.linear().path() + ".weight");
            MemorySegment a = lora.tensor(adapted.nameOfA());
            MemorySegment b = lora.tensor(adapted.nameOfB());
            MemorySegment magnitude = adapted.dora() ? lora.tensor(adapted.nameOfMagnitude()) : null;
            add(weight, a, b, magnitude, adapted.r(), adapted.linear().in(), adapted.scale());
        }
    }

    /** {@code weight[o, i] += scale Σ_k b[o, k] a[k, i]}, summed in double; then row o of length magnitude[o], if there are magnitudes. */
    private static void add(
            MemorySegment weight,
            MemorySegment a,
            MemorySegment b,
            @Nullable MemorySegment magnitude,
            int r,
            int in,
            double scale) {
        int out = (int) (weight.byteSize() / Float.BYTES / in);
        double[] row = new double[in];
        for (int o = 0; o < out; o++) {
            Arrays.fill(row, 0);
            for (int k = 0; k < r; k++) {
                accumulate(row, b.getAtIndex(ValueLayout.JAVA_FLOAT, (long) o * r + k), a, (long) k * in);
            }
            double squares = 0;
            for (int i = 0; i < in; i++) {
                row[i] = weight.getAtIndex(ValueLayout.JAVA_FLOAT, (long) o * in + i) + scale * row[i];
                squares += row[i] * row[i];
            }
            double gain = magnitude == null ? 1 : magnitude.getAtIndex(ValueLayout.JAVA_FLOAT, o) / Math.sqrt(squares);
            for (int i = 0; i < in; i++) {
                weight.setAtIndex(ValueLayout.JAVA_FLOAT, (long) o * in + i, (float) (gain * row[i]));
            }
        }
    }

    private static void accumulate(double[] row, double factor, MemorySegment a, long start) {
        for (int i = 0; i < row.length; i++) {
            row[i] += factor * a.getAtIndex(ValueLayout.JAVA_FLOAT, start + i);
        }
    }
}
