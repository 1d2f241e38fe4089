package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Where a backward pass adds its gradients: all weights, or an adapter's alone.
 *
 * @param weights gradients of the weights; null when they are frozen
 * @param lora gradients of the adapter; null when there is none
 * @param begun whether there are sums to add to; a step's first pass writes over what the last step has left, which spares reading it
 */
public record Gradients(
        @Nullable LlamaWeights weights, @Nullable LoraWeights lora, boolean begun) {

    /** Sums to which a pass adds. */
    public static Gradients of(ParameterSet set) {
        return of(set, true);
    }

    /**
     * Gradients of a parameter set.
     *
     * @param begun whether there are sums to add to
     */
    public static Gradients of(ParameterSet set, boolean begun) {
        return switch (set) {
            case LlamaWeights weights -> new Gradients(weights, null, begun);
            case LoraWeights lora -> new Gradients(null, lora, begun);
        };
    }

    /** The sum in one of the weights' matrices. */
    GradientSum sum(Matrix matrix) {
        return new GradientSum(matrix, begun);
    }

    /** Before a pass: zeros, if nothing has begun, wherever it adds without a large product of its own. */
    void clearSmall(Compute compute) {
        if (begun) {
            return;
        }
        if (lora != null) {
            lora.clear();
        }
        if (weights != null) {
            weights.finalNorm().segment().fill((byte) 0);
            for (int i = 0; i < weights.config().layers(); i++) {
                weights.layer(i).attentionNorm().segment().fill((byte) 0);
                weights.layer(i).mlpNorm().segment().fill((byte) 0);
            }
            if (!weights.config().tieWordEmbeddings()) { // few of its rows are added to
                compute.zero(weights.embedding(), weights.embedding().rows());
            }
        }
    }
}
