package dev.dpo4j.llama;

import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.OrderedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.List;

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
        List<MemorySegment> memory = sizes(config, context, backward).stream()
                .map(size -> arena.uninitialised(size.rows, size.cols).segment())
                .toList();
        return new AttentionScratch(
                memory.get(0),
                memory.get(1),
                memory.get(2),
                memory.get(3),
                memory.get(4),
                new Backward(
                        memory.get(5),
                        memory.get(6),
                        memory.get(7),
                        memory.get(8),
                        memory.get(9),
                        memory.get(10),
                        memory.get(11),
                        memory.get(12)));
    }

    /** Floats of that memory. */
    static long floats(LlamaConfig config, int context, boolean backward) {
        return sizes(config, context, backward).stream()
                .mapToLong(size -> (long) size.rows * size.cols)
                .sum();
    }

    private record Size(int rows, int cols) {}

    /** In the order of the components, those of the backward pass last. */
    private static List<Size> sizes(LlamaConfig config, int context, boolean backward) {
        int rows = AttentionBlock.stackedRows(config);
        int d = config.headSize();
        int wide = OrderedMatrix.wholePanels(d);
        int none = backward ? 1 : 0;
        int keys = none * OrderedMatrix.wholeTiles(context);
        Size stacked = new Size(none * rows, wide);
        return List.of(
                new Size(rows, d),
                new Size(rows, wide),
                new Size(rows, Math.max(stride(context), none * stride(CHUNK))),
                new Size(d, OrderedMatrix.wholePanels(context)),
                new Size(context, wide),
                stacked,
                new Size(none * rows, stride(CHUNK)),
                stacked,
                stacked,
                new Size(none * context, wide),
                new Size(none * d, OrderedMatrix.wholePanels(context)),
                new Size(keys, wide),
                new Size(keys, wide));
    }

    /** How far rows of scores are apart: whole panels, and an odd number of cache lines, so that a column of them lies in all sets of a cache. */
    static int stride(int keys) {
        return OrderedMatrix.wholePanels(keys) + CACHE_LINE;
    }
}
