package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Folds an adapter into weights, {@code W += (alpha / r) B A}, so that the result can be tuned again like any other model. */
final class LoraMerge {

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

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
        Map<String, NamedTensor> parts = new HashMap<>();
        lora.tensors().forEach(tensor -> parts.put(tensor.name(), tensor));
        for (NamedTensor a : lora.tensors()) {
            if (!a.name().endsWith(A)) {
                continue;
            }
            String stem = a.name().substring(0, a.name().length() - A.length());
            NamedTensor b = parts.get(stem + B);
            if (b == null) {
                throw new IllegalArgumentException("The adapter has " + a.name() + " but no " + stem + B);
            }
            MemorySegment weight = weights.tensor(stem.substring(PREFIX.length()) + ".weight");
            add(
                    weight,
                    a.data(),
                    b.data(),
                    (int) a.shape()[0],
                    (int) a.shape()[1],
                    lora.config().scale());
        }
    }

    /** {@code weight[o, i] += scale Σ_k b[o, k] a[k, i]}, summed in double. */
    private static void add(MemorySegment weight, MemorySegment a, MemorySegment b, int r, int in, double scale) {
        int out = (int) (weight.byteSize() / Float.BYTES / in);
        double[] row = new double[in];
        for (int o = 0; o < out; o++) {
            Arrays.fill(row, 0);
            for (int k = 0; k < r; k++) {
                accumulate(row, b.getAtIndex(ValueLayout.JAVA_FLOAT, (long) o * r + k), a, (long) k * in);
            }
            for (int i = 0; i < in; i++) {
                long at = (long) o * in + i;
                weight.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float)
                        (weight.getAtIndex(ValueLayout.JAVA_FLOAT, at) + scale * row[i]));
            }
        }
    }

    private static void accumulate(double[] row, double factor, MemorySegment a, long start) {
        for (int i = 0; i < row.length; i++) {
            row[i] += factor * a.getAtIndex(ValueLayout.JAVA_FLOAT, start + i);
        }
    }
}
