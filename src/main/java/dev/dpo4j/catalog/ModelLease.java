package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import java.util.List;
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
     * SHA-256, hexadecimal, over shape, names and values of all its weights, wherever they came from: two models of the same identity
     * give the same numbers. The first to ask waits about a second for a billion bytes; the answer stays with the loaded weights.
     */
    public String identity() {
        return WeightsIdentity.of(
                model, adapter == null ? List.of(weights.identity()) : List.of(weights.identity(), adapter.identity()));
    }

    /**
     * SHA-256, hexadecimal, over names and values of the weights alone, without an adapter on them, and without the shape: what a version
     * adds to that changes nothing here. It takes as long.
     */
    public String baseIdentity() {
        return weights.identity();
    }

    /** SHA-256, hexadecimal, over what of the model's configuration decides what it computes, beside its weights. */
    public String configIdentity() {
        return WeightsIdentity.of(model.config());
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
