package dev.dpo4j.llama;

import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.OrderedMatrix;
import java.lang.foreign.MemorySegment;

/**
 * What one thread works with in attention; B query rows, G heads to a key head, keys of the longest text. What the forward pass does not
 * need is empty there.
 *
 * @param q (B G, D) stacked queries
 * @param out (B G, D) stacked outputs; in the backward pass their gradients
 * @param scores (B G, keys) of all keys; in the backward pass of some
 * @param keysT (D, keys), in order
 * @param values (keys, D), in order
 * @param backward the rest
 */
record AttentionScratch(
        MemorySegment q,
        MemorySegment out,
        MemorySegment scores,
        MemorySegment keysT,
        MemorySegment values,
        Backward backward) {

    /** Keys whose scores the backward pass has at a time: whole panels, and whole tiles where keys are the rows of a product. */
    static final int CHUNK = 192;

    /** A line of a cache, in floats. */
    private static final int CACHE_LINE = 16;

    /**
     * What only the backward pass needs.
     *
     * @param dQ (B G, D)
     * @param dScores (B G, {@link #CHUNK})
     * @param queries (B G, D), in order
     * @param dOut (B G, D), in order
     * @param keys (keys, D), in order
     * @param valuesT (D, keys), in order
     * @param dKeys (keys, D)
     * @param dValues (keys, D)
     */
    record Backward(
            MemorySegment dQ,
            MemorySegment dScores,
            MemorySegment queries,
            MemorySegment dOut,
            MemorySegment keys,
            MemorySegment valuesT,
            MemorySegment dKeys,
            MemorySegment dValues) {}

    /** For texts of up to so many tokens. */
    static AttentionScratch of(FloatArena arena, LlamaConfig config, int context, boolean backward) {
        int rows = AttentionBlock.stackedRows(config);
        int d = config.headSize();
        int wide = OrderedMatrix.wholePanels(d);
        int keys = OrderedMatrix.wholeTiles(context);
        int none = backward ? 1 : 0;
        return new AttentionScratch(
                memory(arena, rows, d),
                memory(arena, rows, wide),
                memory(arena, rows, Math.max(stride(context), backward ? stride(CHUNK) : 0)),
                memory(arena, d, OrderedMatrix.wholePanels(context)),
                memory(arena, context, wide),
                new Backward(
                        memory(arena, none * rows, wide),
                        memory(arena, none * rows, stride(CHUNK)),
                        memory(arena, none * rows, wide),
                        memory(arena, none * rows, wide),
                        memory(arena, none * context, wide),
                        memory(arena, none * d, OrderedMatrix.wholePanels(context)),
                        memory(arena, none * keys, wide),
                        memory(arena, none * keys, wide)));
    }

    /** Floats of that memory. */
    static long floats(LlamaConfig config, int context, boolean backward) {
        long rows = AttentionBlock.stackedRows(config);
        long d = config.headSize();
        long wide = OrderedMatrix.wholePanels(config.headSize());
        long keysT = d * OrderedMatrix.wholePanels(context);
        long forward =
                rows * (d + wide + Math.max(stride(context), backward ? stride(CHUNK) : 0)) + keysT + context * wide;
        return backward
                ? forward
                        + rows * (3 * wide + stride(CHUNK))
                        + keysT
                        + (context + 2L * OrderedMatrix.wholeTiles(context)) * wide
                : forward;
    }

    /** How far rows of scores are apart: whole panels, and an odd number of cache lines, so that a column of them lies in all sets of a cache. */
    static int stride(int keys) {
        return OrderedMatrix.wholePanels(keys) + CACHE_LINE;
    }

    private static MemorySegment memory(FloatArena arena, int rows, int cols) {
        return arena.uninitialised(rows, cols).segment();
    }
}
