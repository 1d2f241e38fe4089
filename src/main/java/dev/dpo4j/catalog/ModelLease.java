package dev.dpo4j.catalog;

import java.util.List;

/** The right to use a loaded model until closed: until then its memory stays. */
public final class ModelLease implements AutoCloseable {

    private final LoadedModel model;
    private final List<WeightCache.Held<?>> held;

    ModelLease(LoadedModel model, List<WeightCache.Held<?>> held) {
        this.model = model;
        this.held = List.copyOf(held);
    }

    /** The model; not to be used after {@link #close}. */
    public LoadedModel model() {
        return model;
    }

    /**
     * SHA-256, hexadecimal, over shape, names and values of all its weights, wherever they came from: two models of the same identity
     * give the same numbers. The first to ask waits about a second for a billion bytes; the answer stays with the loaded weights.
     */
    public String identity() {
        return WeightsIdentity.of(
                model, held.stream().map(WeightCache.Held::identity).toList());
    }

    @Override
    public void close() {
        held.forEach(WeightCache.Held::close);
    }
}
