package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Matrix;
import dev.dpo4j.tensor.OrderedMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Attention's products of a block's stacked rows, (B G, D), with keys and values: without most of the rows, keys and terms that the causal mask
 * makes zero, a few tiles at a time. OpenBLAS, for which small products cost more than zeros do, gets each as one.
 */
final class CausalProducts {

    private final int d;
    private final int group;
    private final int wide;

    /** Keys, or stacked rows, at a time where the mask makes the work of each different. */
    private final int step;

    CausalProducts(LlamaConfig config, Kernels kernels) {
        this.d = config.headSize();
        this.group = AttentionBlock.group(config);
        this.wide = OrderedMatrix.wholePanels(d);
        this.step = kernels.fastProducts() ? OrderedMatrix.wholeTiles(24) : Integer.MAX_VALUE / 2;
    }

    /**
     * {@code S = Q Kᵀ} of a block's rows and some keys, panel by panel, but for rows that see none of a panel's keys.
     *
     * @param q (B G, D)
     * @param keysT (D, keys)
     * @param scores (B G, count), rows {@code stride} apart
     */
    void scores(
            AttentionBlock block,
            MemorySegment q,
            OrderedMatrix keysT,
            int key,
            int count,
            MemorySegment scores,
            int stride) {
        int rows = OrderedMatrix.wholeTiles(block.rows() * group);
        int panel = keysT.panelColumns();
        for (int col = 0; col < count; col += panel) {
            int first = OrderedMatrix.tileOf(block.firstRow(key + col) * group);
            keysT.product(
                    false,
                    Matrix.from(q, (long) first * d),
                    d,
                    rows - first,
                    0,
                    d,
                    key + col,
                    Math.min(panel, count - col),
                    false,
                    Matrix.from(scores, (long) first * stride + col),
                    stride);
        }
    }

    /**
     * {@code O = P V}, added to when these are not the first keys; P ends with the last key that a row sees.
     *
     * @param p (B G, count), rows {@code stride} apart
     * @param values (keys, D)
     * @param out (B G, D), written
     */
    void weighted(
            AttentionBlock block,
            MemorySegment p,
            int stride,
            OrderedMatrix values,
            int key,
            int count,
            MemorySegment out) {
        int end = OrderedMatrix.wholeTiles(block.rows() * group);
        int all = block.firstRow(key + count - 1) * group; // from here on rows see all of these keys
        for (int row = 0; row < end; ) {
            int rows = row < all ? Math.min(step, end - row) : end - row;
            int terms = Math.min(count, block.seen((row + rows + group - 1) / group) - key);
            if (terms > 0) {
                values.product(
                        false,
                        Matrix.from(p, (long) row * stride),
                        stride,
                        rows,
                        key,
                        terms,
                        0,
                        d,
                        key > 0,
                        Matrix.from(out, (long) row * wide),
                        wide);
            }
            row += rows;
        }
    }

    /**
     * {@code dV += Pᵀ dO} of some keys; the terms begin with the first row that sees a key.
     *
     * @param p (B G, count), rows {@code stride} apart
     * @param dOut (B G, D)
     * @param dValues (keys, D) of all keys
     */
    void sums(
            AttentionBlock block,
            MemorySegment p,
            int stride,
            OrderedMatrix dOut,
            int key,
            int count,
            MemorySegment dValues) {
        int rows = block.rows() * group;
        int end = OrderedMatrix.wholeTiles(count);
        int all = OrderedMatrix.wholeTiles(
                Math.max(0, block.keysBefore() + 1 - key)); // keys that all rows see, or nearly
        for (int col = 0; col < end; ) {
            int cols = Math.min(col < all ? all : step, end - col);
            int first = block.firstRow(key + col) * group;
            dOut.product(
                    true,
                    Matrix.from(p, (long) first * stride + col),
                    stride,
                    cols,
                    first,
                    rows - first,
                    0,
                    d,
                    true,
                    Matrix.from(dValues, (long) (key + col) * wide),
                    wide);
            col += cols;
        }
    }
}
