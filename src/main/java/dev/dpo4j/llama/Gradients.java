package dev.dpo4j.llama;

import org.jspecify.annotations.Nullable;

/**
 * Where a backward pass adds its gradients: all weights, or an adapter's alone.
 *
 * @param weights gradients of the weights; null when they are frozen
 * @param lora gradients of the adapter; null when there is none
 */
public record Gradients(
        @Nullable LlamaWeights weights, @Nullable LoraWeights lora) {

    /** Gradients of a parameter set. */
    public static Gradients of(ParameterSet set) {
        return switch (set) {
            case LlamaWeights weights -> new Gradients(weights, null);
            case LoraWeights lora -> new Gradients(null, lora);
        };
    }
}
