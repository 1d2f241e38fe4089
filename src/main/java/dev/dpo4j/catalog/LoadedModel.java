package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.tensor.Compute;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory, shared with everybody who leases it: read, never write.
 *
 * @param id its id in the catalog
 * @param weights its weights; of the base, when there is an adapter
 * @param lora its adapter; null: the weights alone
 */
public record LoadedModel(
        String id, LlamaWeights weights, @Nullable LoraWeights lora) {

    /** Its shape. */
    public LlamaConfig config() {
        return weights.config();
    }

    /** It as something to compute with. */
    public LlamaModel on(Compute compute) {
        return new LlamaModel(weights, lora, compute);
    }
}
