package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Causal attention with grouped key/value heads over a {@link TokenTree}: {@code O = softmax(Q Kᵀ / √D) V}, for a block of B query
 * rows and one key head at a time. The G heads that share the key head (Ainslie et al., arXiv 2305.13245) are stacked into one
 * (B G, D) matrix, so each product is large and reads a key once for all of them. Scores never exist for more than a block a
 * thread. Probabilities are not kept: the backward pass makes them again, tile by tile, from the log-sum-exp (Dao et al., arXiv
 * 2205.14135).
 */
final class Attention {

    private final Compute compute;
    private final LlamaConfig config;
    private final int d;
    private final int group;
    private final int blockRows;
    private final int width;
    private final float scale;

    Attention(Compute compute, LlamaConfig config) {
        this.compute = compute;
        this.config = config;
        this.d = config.headSize();
        this.group = AttentionBlock.group(config);
        this.blockRows = AttentionBlock.rows(config);
        this.width = config.queryWidth() + 2 * config.keyWidth();
        this.scale = (float) (1 / Math.sqrt(d));
    }

    /**
     * Computes rows {@code from} to {@code to} of the tree; the keys and values of all rows before must be there.
     *
     * @param layer reads qkv; writes attended and lse
     */
    void forward(TokenTree tree, int from, int to, Activations.Layer layer, Activations activations) {
        List<AttentionBlock> blocks = AttentionBlock.of(tree, from, to, blockRows);
        int kvHeads = config.kvHeads();
        compute.parallel(
                blocks.size() * kvHeads,
                (part, worker) -> forward(
                        blocks.get(part / kvHeads), part % kvHeads, layer, activations.attentionScratch(worker)));
    }

    private void forward(AttentionBlock block, int kvHead, Activations.Layer layer, AttentionScratch scratch) {
        int rows = block.rows() * group;
        int columns = Activations.stride(block.keys());
        MemorySegment q = scratch.q();
        MemorySegment scores = scratch.scores();
        KeyValues keyValues = new KeyValues(layer.qkv(), config.queryWidth());
        stack(layer.qkv(), block, kvHead, q);
        for (AttentionBlock.Tile tile : block.tiles()) { // S = Q Kᵀ, not yet scaled
            MemorySegment s = at(scores, tile.column());
            MemorySegment key = keyValues.key(kvHead, tile);
            compute.gemmOnThisThread(false, true, rows, tile.keys(), d, 1, q, d, key, width, 0, s, columns);
        }
        for (int h = 0; h < group; h++) {
            compute.kernels()
                    .softmax(
                            at(scores, h * columns),
                            layer.lse().from(kvHead * group + h, block.from()),
                            scale,
                            block.rows(),
                            group * columns,
                            block.keys(),
                            block.keysBefore() + 1);
        }
        float beta = 0;
        for (AttentionBlock.Tile tile : block.tiles()) { // O = P V
            MemorySegment p = at(scores, tile.column());
            MemorySegment value = keyValues.value(kvHead, tile);
            compute.gemmOnThisThread(
                    false, false, rows, d, tile.keys(), 1, p, columns, value, width, beta, scratch.out(), d);
            beta = 1;
        }
        unstack(scratch.out(), block, kvHead, layer.attended());
    }

    /**
     * The gradients of queries, keys and values. Threads share the work by key head and slice of the blocks; each slice sums its
     * gradients of keys and values apart, and these are added in order: so sums do not depend on which thread is faster.
     *
     * @param dAttended (T, H D)
     * @param dQkv (T, (H + 2K) D), written
     */
    void backward(TokenTree tree, Activations.Layer layer, Matrix dAttended, Matrix dQkv, Activations activations) {
        int rows = tree.size();
        Activations.BackwardBuffers d = activations.backward();
        List<List<AttentionBlock>> slices = AttentionBlock.slices(
                AttentionBlock.of(tree, 0, rows, blockRows), 1 + d.dKeyValues().size());
        compute.zero(dQkv, rows);
        for (int slice = 1; slice < slices.size(); slice++) {
            compute.zero(d.dKeyValues().get(slice - 1), rows);
        }
        rowDots(layer.attended(), dAttended, d.delta(), rows);
        int kvHeads = config.kvHeads();
        compute.parallel(slices.size() * kvHeads, (part, worker) -> {
            int slice = part / kvHeads;
            KeyValues dKeyValues = slice == 0
                    ? new KeyValues(dQkv, config.queryWidth())
                    : new KeyValues(d.dKeyValues().get(slice - 1), 0);
            AttentionScratch scratch = activations.attentionScratch(worker);
            for (AttentionBlock block : slices.get(slice)) {
                backward(block, part % kvHeads, layer, dAttended, d.delta(), dQkv, dKeyValues, scratch);
            }
        });
        for (int slice = 1; slice < slices.size(); slice++) {
            addKeyValues(d.dKeyValues().get(slice - 1), dQkv, rows);
        }
    }

    private void backward(
            AttentionBlock block,
            int kvHead,
            Activations.Layer layer,
            Matrix dAttended,
            Matrix delta,
            Matrix dQkv,
            KeyValues dKeyValues,
            AttentionScratch scratch) {
        int rows = block.rows() * group;
        MemorySegment q = scratch.q();
        MemorySegment dO = scratch.out();
        MemorySegment dQ = scratch.dQ();
        MemorySegment p = scratch.scores();
        MemorySegment dS = scratch.dScores();
        KeyValues keyValues = new KeyValues(layer.qkv(), config.queryWidth());
        stack(layer.qkv(), block, kvHead, q);
        stack(dAttended, block, kvHead, dO);
        float beta = 0;
        for (AttentionBlock.Tile tile : block.tiles()) {
            int keys = tile.keys();
            int columns = Activations.stride(keys);
            MemorySegment key = keyValues.key(kvHead, tile);
            compute.gemmOnThisThread(false, true, rows, keys, d, 1, q, d, key, width, 0, p, columns);
            // forward: O = P V; so dP = dO Vᵀ and dV += Pᵀ dO
            MemorySegment value = keyValues.value(kvHead, tile);
            compute.gemmOnThisThread(false, true, rows, keys, d, 1, dO, d, value, width, 0, dS, columns);
            softmaxBackward(block, tile, kvHead, layer.lse(), delta, p, dS, columns);
            MemorySegment dV = dKeyValues.value(kvHead, tile);
            compute.gemmOnThisThread(true, false, keys, d, rows, 1, p, columns, dO, d, 1, dV, dKeyValues.matrix.cols());
            // forward: S = Q Kᵀ; so dQ = dS K and dK += dSᵀ Q
            compute.gemmOnThisThread(false, false, rows, d, keys, 1, dS, columns, key, width, beta, dQ, d);
            MemorySegment dK = dKeyValues.key(kvHead, tile);
            compute.gemmOnThisThread(true, false, keys, d, rows, 1, dS, columns, q, d, 1, dK, dKeyValues.matrix.cols());
            beta = 1;
        }
        unstack(dQ, block, kvHead, dQkv);
    }

    /** Scores to probabilities, and the gradients of probabilities to those of scores, both in place. */
    private void softmaxBackward(
            AttentionBlock block,
            AttentionBlock.Tile tile,
            int kvHead,
            Matrix lse,
            Matrix delta,
            MemorySegment scores,
            MemorySegment dP,
            int columns) {
        Kernels kernels = compute.kernels();
        int firstValid = block.firstValid(tile);
        for (int h = 0; h < group; h++) {
            int head = kvHead * group + h;
            MemorySegment p = at(scores, h * columns);
            MemorySegment dS = at(dP, h * columns);
            int stride = group * columns;
            kernels.softmaxFromLse(
                    p, lse.from(head, block.from()), scale, block.rows(), stride, tile.keys(), firstValid);
            kernels.softmaxBackward(
                    p, dS, delta.from(head, block.from()), scale, block.rows(), stride, tile.keys(), firstValid);
        }
    }

    /** {@code delta[h, t] = Σ_d dO · O = Σ_j dP · P} (Dao et al., appendix B.2). */
    private void rowDots(Matrix attended, Matrix dAttended, Matrix delta, int rows) {
        int w = config.queryWidth();
        compute.parallel(
                config.heads(),
                (head, worker) -> compute.kernels()
                        .rowDots(
                                dAttended.from(0, head * d),
                                w,
                                attended.from(0, head * d),
                                w,
                                delta.fromRow(head),
                                rows,
                                d));
    }

    private void addKeyValues(Matrix dKeyValues, Matrix dQkv, int rows) {
        int n = dKeyValues.cols();
        compute.rows(rows, n, (from, to) -> {
            for (int row = from; row < to; row++) {
                compute.kernels().add(dKeyValues.fromRow(row), dQkv.from(row, config.queryWidth()), n);
            }
        });
    }

    /** A block's rows of the G heads of a key head, side by side in the matrix, as (B G, D): row t G + h. */
    private void stack(Matrix matrix, AttentionBlock block, int kvHead, MemorySegment stacked) {
        long bytes = (long) group * d * Float.BYTES;
        for (int i = 0; i < block.rows(); i++) {
            MemorySegment.copy(matrix.from(block.from() + i, kvHead * group * d), 0, stacked, i * bytes, bytes);
        }
    }

    /** The way back. */
    private void unstack(MemorySegment stacked, AttentionBlock block, int kvHead, Matrix matrix) {
        long bytes = (long) group * d * Float.BYTES;
        for (int i = 0; i < block.rows(); i++) {
            MemorySegment.copy(stacked, i * bytes, matrix.from(block.from() + i, kvHead * group * d), 0, bytes);
        }
    }

    private static MemorySegment at(MemorySegment segment, int element) {
        return segment.asSlice((long) element * Float.BYTES);
    }

    /** Keys and, right of them, values in a matrix, from some column on. */
    private final class KeyValues {

        private final Matrix matrix;
        private final int column;

        KeyValues(Matrix matrix, int column) {
            this.matrix = matrix;
            this.column = column;
        }

        MemorySegment key(int kvHead, AttentionBlock.Tile tile) {
            return matrix.from(tile.start(), column + kvHead * d);
        }

        MemorySegment value(int kvHead, AttentionBlock.Tile tile) {
            return matrix.from(tile.start(), column + config.keyWidth() + kvHead * d);
        }
    }
}
