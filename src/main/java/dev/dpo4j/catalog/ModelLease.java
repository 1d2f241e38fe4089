package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import org.jspecify.annotations.Nullable;

/** The right to use a loaded model until closed: until then its memory stays. */
public final class ModelLease implements AutoCloseable {

    private final LoadedModel model;
    private final WeightCache.Held<LlamaWeights> weights;
    private final WeightCache.@Nullable Held<LoraWeights> adapter;

    ModelLease(String id, WeightCache.Held<LlamaWeights> weights, WeightCache.@Nullable Held<LoraWeights> adapter) {
        this.model = new LoadedModel(id, weights.weights(), adapter == null ? null : adapter.weights());
        this.weights = weights;
        this.adapter = adapter;
    }

    /** The model; not to be used after {@link #close} or {@link #own}. */
    public LoadedModel model() {
        return model;
    }

    /**
     * The model's weights, without an adapter, for the caller to change and to close. They are those of the lease when nobody else uses
     * them, so that a model that is trained is not held a second time as it was; whoever wants that loads it again.
     */
    public LlamaWeights own() {
        return weights.take().orElseGet(() -> weights.weights().copy());
    }

    @Override
    public void close() {
        if (adapter != null) {
            adapter.close();
        }
        weights.close();
    }
}
