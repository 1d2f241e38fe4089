package dev.dpo4j.llama;

import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a forward pass leaves behind for the next pass, and the scratch memory of both: allocated once for a number of rows, reused for
 * every batch that fits, owned by one run at a time.
 */
public final class Activations implements AutoCloseable {

    /** How much of each layer is kept when the next layer begins. */
    public enum Keep {
        /** Nothing: for log-probabilities alone. */
        NOTHING,
        /** Keys and values: for generating token by token. */
        KEYS,
        /**
         * What enters each layer, and the last layers whole, if any: of the others the backward pass computes the rest again, a third more
         * work for a fraction of the memory (Chen et al., arXiv 1604.06174).
         */
        RESIDUAL_STREAM,
        /** All that the backward pass reads. */
        ALL;

        /** Whether a backward pass can follow. */
        boolean backward() {
            return this == RESIDUAL_STREAM || this == ALL;
        }
    }

    /**
     * What one layer computed; layers share matrices that are not kept.
     *
     * @param attentionRstd (1, T) of the norm before attention
     * @param qkv (T, (H + 2K) D) after rotation
     * @param attended (T, H D) output of attention, before its projection
     * @param lse (H, T) log-sum-exp of the attention scores
     * @param middle (T, C) the residual stream between attention and MLP
     * @param mlpRstd (1, T) of the norm before the MLP
     * @param gateUp (T, 2F)
     */
    record Layer(
            Matrix attentionRstd,
            Matrix qkv,
            Matrix attended,
            Matrix lse,
            Matrix middle,
            Matrix mlpRstd,
            Matrix gateUp) {}

    private final int capacity;
    private final Keep keep;
    private final int wholeLayers;
    private final int threads;
    private final int keptLogits;
    private final FloatArena arena = new FloatArena();
    private final List<Layer> layers = new ArrayList<>();
    private final List<Matrix> residual =
            new ArrayList<>(); // layers + 1 of (T, C): what enters each layer, and what leaves the last
    private final RopeSegments rope;
    private final Matrix normed; // (T, C)
    private final Matrix hidden; // (T, F)
    private final Matrix u; // (T, r)
    private final List<AttentionScratch> attention = new ArrayList<>(); // one for each thread
    private final HeadBuffers head;
    private final BackwardBuffers backward;

    /** cos and sin as segments, (positions, D/2) each. */
    record RopeSegments(MemorySegment cos, MemorySegment sin) {}

    /**
     * Scratch of the output layer.
     *
     * @param picked (N, C) residual rows of the scored tokens
     * @param normed (N, C)
     * @param rstd (1, N)
     * @param logits (kept + {@link OutputLayer#CHUNK}, V), or as many rows as there are scored tokens
     */
    record HeadBuffers(Matrix picked, Matrix normed, Matrix rstd, Matrix logits) {}

    /**
     * Gradients of activations; empty matrices when only the forward pass runs.
     *
     * @param dX (T, C) of the residual stream
     * @param dNormed (T, C) of a norm's output
     * @param dHidden (T, F)
     * @param dGateUp (T, 2F)
     * @param dQkv (T, (H + 2K) D)
     * @param dAttended (T, H D)
     * @param delta (H, T) row dots of attention's backward pass
     * @param dKeyValues of (T, 2K D) each: what the slices of attention's backward pass after the first add to keys and values
     * @param dU (T, r)
     * @param dPicked (N, C)
     */
    record BackwardBuffers(
            Matrix dX,
            Matrix dNormed,
            Matrix dHidden,
            Matrix dGateUp,
            Matrix dQkv,
            Matrix dAttended,
            Matrix delta,
            List<Matrix> dKeyValues,
            Matrix dU,
            Matrix dPicked) {}

    /**
     * Memory for passes of up to a size.
     *
     * @param rank of the adapter, 0 without
     * @param threads of the compute that will use it
     */
    public Activations(LlamaConfig config, PassSize size, int rank, int threads, Keep keep) {
        this(config, size, rank, threads, keep, 0, OutputLayer.KEPT_BYTES);
    }

    /**
     * The same with so many bytes for logits that are kept; whole chunks of them are.
     *
     * @param wholeLayers how many layers, the last ones, are kept whole where the others are not
     */
    Activations(
            LlamaConfig config,
            PassSize size,
            int rank,
            int threads,
            Keep keep,
            int wholeLayers,
            long keptLogitsBytes) {
        this.wholeLayers = wholeLayers;
        this.keptLogits = keep == Keep.ALL ? OutputLayer.keptRows(config, keptLogitsBytes) : 0;
        this.capacity = size.rows();
        this.keep = keep;
        this.threads = threads;
        int scored = size.scored();
        int context = size.context();
        int c = config.hiddenSize();
        int qkvWidth = config.queryWidth() + 2 * config.keyWidth();
        boolean backward = keep.backward();
        residual.add(arena.uninitialised(capacity, c));
        Layer first = layer(config);
        layers.add(first);
        for (int i = 1; i < config.layers(); i++) {
            residual.add(backward ? arena.uninitialised(capacity, c) : residual.getFirst());
            layers.add(
                    switch (keep) {
                        case ALL -> layer(config);
                        case KEYS -> withQkv(first, arena.uninitialised(capacity, qkvWidth));
                        case RESIDUAL_STREAM -> i < config.layers() - wholeLayers ? first : layer(config);
                        case NOTHING -> first;
                    });
        }
        residual.add(backward ? arena.uninitialised(capacity, c) : residual.getFirst());
        this.rope = rope(config, Math.min(context, capacity));
        this.normed = arena.uninitialised(capacity, c);
        this.hidden = arena.uninitialised(capacity, config.intermediateSize());
        this.u = arena.uninitialised(capacity, rank);
        for (int i = 0; i < threads; i++) {
            attention.add(AttentionScratch.of(arena, config, context, backward));
        }
        this.head = new HeadBuffers(
                arena.uninitialised(scored, c),
                arena.uninitialised(scored, c),
                arena.uninitialised(1, scored),
                arena.uninitialised(Math.min(scored, keptLogits + OutputLayer.CHUNK), config.vocabSize()));
        int backwardRows = backward ? capacity : 0;
        this.backward = new BackwardBuffers(
                arena.uninitialised(backwardRows, c),
                arena.uninitialised(backwardRows, c),
                arena.uninitialised(backwardRows, config.intermediateSize()),
                arena.uninitialised(backwardRows, 2 * config.intermediateSize()),
                arena.uninitialised(backwardRows, qkvWidth),
                arena.uninitialised(backwardRows, config.queryWidth()),
                arena.uninitialised(config.heads(), backwardRows),
                dKeyValues(config, backwardRows, threads),
                arena.uninitialised(backwardRows, rank),
                arena.uninitialised(backward ? scored : 0, c));
    }

    private Layer layer(LlamaConfig config) {
        return new Layer(
                arena.uninitialised(1, capacity),
                arena.uninitialised(capacity, config.queryWidth() + 2 * config.keyWidth()),
                arena.uninitialised(capacity, config.queryWidth()),
                arena.uninitialised(config.heads(), capacity),
                arena.uninitialised(capacity, config.hiddenSize()),
                arena.uninitialised(1, capacity),
                arena.uninitialised(capacity, 2 * config.intermediateSize()));
    }

    private static Layer withQkv(Layer layer, Matrix qkv) {
        return new Layer(
                layer.attentionRstd, qkv, layer.attended, layer.lse, layer.middle, layer.mlpRstd, layer.gateUp);
    }

    private List<Matrix> dKeyValues(LlamaConfig config, int rows, int threads) {
        return Stream.generate(() -> arena.uninitialised(rows, 2 * config.keyWidth()))
                .limit(Attention.slices(config, threads) - 1L)
                .toList();
    }

    private RopeSegments rope(LlamaConfig config, int positions) {
        RopeTable table = RopeTable.of(config, positions);
        return new RopeSegments(copy(table.cos()), copy(table.sin()));
    }

    private MemorySegment copy(float[] values) {
        MemorySegment segment = arena.uninitialised(1, values.length).segment();
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
        return segment;
    }

    /** The most rows a tree may have. */
    public int capacity() {
        return capacity;
    }

    /** The most tokens that may be scored. */
    public int scoredCapacity() {
        return head.picked.rows();
    }

    /** Rows of logits that the backward pass still finds. */
    int keptLogits() {
        return keptLogits;
    }

    /** Bytes of memory. */
    public long bytes() {
        return arena.bytes();
    }

    Keep keep() {
        return keep;
    }

    /** Whether the backward pass no longer finds what a layer computed: the layers that share memory leave the last one's there. */
    boolean forgets(int layer) {
        return keep == Keep.RESIDUAL_STREAM && layer < layers.size() - wholeLayers - 1;
    }

    Layer layer(int index) {
        return layers.get(index);
    }

    /** (T, C): what enters layer {@code index}; with the number of layers, what leaves the last. */
    Matrix residual(int index) {
        return residual.get(index);
    }

    RopeSegments rope() {
        return rope;
    }

    Matrix normed() {
        return normed;
    }

    Matrix hidden() {
        return hidden;
    }

    Matrix u() {
        return u;
    }

    /** What a thread works with in attention. */
    AttentionScratch attentionScratch(int worker) {
        return attention.get(worker);
    }

    HeadBuffers head() {
        return head;
    }

    BackwardBuffers backward() {
        if (!keep.backward()) {
            throw new IllegalStateException("These activations are for the forward pass only");
        }
        return backward;
    }

    int threads() {
        return threads;
    }

    @Override
    public void close() {
        arena.close();
    }
}
