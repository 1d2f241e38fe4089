package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The four matrices of each layer, with what an adapter adds to them: nothing, LoRA's or DoRA's. */
final class Projections {

    /** A matrix of a layer. */
    enum Projection {
        QKV,
        OUTPUT,
        GATE_UP,
        DOWN;

        Matrix of(LlamaWeights.Layer layer) {
            return switch (this) {
                case QKV -> layer.qkv();
                case OUTPUT -> layer.output();
                case GATE_UP -> layer.gateUp();
                case DOWN -> layer.down();
            };
        }

        List<LoraWeights.Adapter> of(LoraWeights.Layer layer) {
            return switch (this) {
                case QKV -> layer.qkv();
                case OUTPUT -> layer.output();
                case GATE_UP -> layer.gateUp();
                case DOWN -> layer.down();
            };
        }

        /** Whether what it gives is added to the residual stream, whose gradient goes on. */
        boolean endsInResidualStream() {
            return this == OUTPUT || this == DOWN;
        }
    }

    private final LlamaWeights weights;
    private final @Nullable LoraWeights lora;
    private final @Nullable Dropout dropout;
    private final Compute compute;

    Projections(LlamaWeights weights, @Nullable LoraWeights lora, @Nullable Dropout dropout, Compute compute) {
        this.weights = weights;
        this.lora = lora;
        this.dropout = dropout;
        this.compute = compute;
    }

    /**
     * {@code y = x Wᵀ}, or {@code y = addend + x Wᵀ}, and what the adapter adds.
     *
     * @param x (T, in)
     * @param addend (T, out)
     * @param y (T, out), written
     */
    void forward(
            Projection projection,
            int layer,
            Activations a,
            MemorySegment x,
            int rows,
            @Nullable MemorySegment addend,
            MemorySegment y) {
        Matrix w = projection.of(weights.layer(layer));
        List<LoraWeights.Adapter> adapters = adapters(lora, projection, layer);
        MemorySegment u = a.u().segment();
        if (lora == null || adapters.isEmpty() || !lora.config().useDora()) {
            Linear.forward(compute, w, adapters, dropout, u, x, rows, addend, y);
            return;
        }
        // What is written without dropout is scaled where it stands; a pass without a way back has no other memory.
        MemorySegment z = dropout == null || addend != null ? a.normed().segment() : scratch(projection, a);
        DoraNorms norms = lora.norms(weights, compute);
        DoraLinear.forward(compute, w, adapters, norms, dropout, u, z, x, rows, addend, y);
    }

    /**
     * The gradients of x and of what is trained.
     *
     * @param x (T, in)
     * @param dy (T, out)
     * @param dx (T, in), written
     */
    void backward(
            Projection projection,
            int layer,
            Gradients gradients,
            Activations a,
            MemorySegment x,
            int rows,
            MemorySegment dy,
            MemorySegment dx) {
        Matrix w = projection.of(weights.layer(layer));
        LlamaWeights dWeights = gradients.weights();
        GradientSum dW = dWeights == null ? null : gradients.sum(projection.of(dWeights.layer(layer)));
        List<LoraWeights.Adapter> adapters = adapters(lora, projection, layer);
        List<LoraWeights.Adapter> dAdapters = adapters(gradients.lora(), projection, layer);
        MemorySegment u = a.u().segment();
        MemorySegment du = a.backward().dU().segment();
        if (lora == null || adapters.isEmpty() || !lora.config().useDora()) {
            Linear.backward(compute, w, adapters, dropout, u, du, x, rows, dy, dW, dAdapters, dx);
            return;
        }
        MemorySegment scaled =
                projection.endsInResidualStream() ? a.backward().dNormed().segment() : dy;
        DoraNorms norms = lora.norms(weights, compute);
        MemorySegment z = scratch(projection, a);
        DoraLinear.backward(compute, w, adapters, norms, dropout, u, du, z, scaled, x, rows, dy, dW, dAdapters, dx);
    }

    private static List<LoraWeights.Adapter> adapters(@Nullable LoraWeights lora, Projection projection, int layer) {
        return lora == null ? List.of() : projection.of(lora.layer(layer));
    }

    /** Memory that nobody needs while a matrix is computed, as wide as the widest adapter's output: DoRA's scratch. */
    private static MemorySegment scratch(Projection projection, Activations a) {
        return switch (projection) {
            case QKV -> a.backward().dAttended().segment();
            case GATE_UP -> a.backward().dHidden().segment();
            case OUTPUT, DOWN -> a.normed().segment();
        };
    }
}
