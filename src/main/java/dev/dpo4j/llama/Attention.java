package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import dev.dpo4j.tensor.OrderedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Causal attention with grouped key/value heads over a {@link TokenTree}: {@code O = softmax(Q Kᵀ / √D) V}, for a block of B query
 * rows and one key head at a time. The G heads that share the key head (Ainslie et al., arXiv 2305.13245) are stacked into one
 * (B G, D) matrix, so each product is large and reads a key once for all of them; the keys and values that a segment sees are put in order
 * once for several of its blocks. Scores never exist for more than a block a thread. Probabilities are not kept: the backward pass makes them
 * again, some keys at a time, from the log-sum-exp (Dao et al., arXiv 2205.14135).
 */
final class Attention {

    /** Rows for which a thread puts keys in order once: enough for that not to matter. */
    private static final int MOST_ROWS_OF_A_PART = 256;

    /** Parts for each thread, so that the last ones do not matter either. */
    private static final int PARTS = 4;

    /** Terms of a product at a time: as many values as stay in a core's cache beside the probabilities. */
    private static final int MOST_TERMS = 1024;

    /** Each slice of the backward pass has gradients of keys and values of its own. */
    private static final int MOST_SLICES = 8;

    private final Compute compute;
    private final Kernels kernels;
    private final LlamaConfig config;
    private final int d;
    private final int group;
    private final int blockRows;
    private final int width;
    private final int wide;
    private final float scale;
    private final CausalProducts products;

    Attention(Compute compute, LlamaConfig config) {
        this.compute = compute;
        this.kernels = compute.kernels();
        this.config = config;
        this.d = config.headSize();
        this.group = AttentionBlock.group(config);
        this.blockRows = AttentionBlock.rows(config);
        this.width = config.queryWidth() + 2 * config.keyWidth();
        this.wide = OrderedMatrix.wholePanels(d);
        this.scale = (float) (1 / Math.sqrt(d));
        this.products = new CausalProducts(config, kernels);
    }

    /** In how many slices the backward pass is cut: with the key heads, equally many parts for each thread, where that can be. */
    static int slices(LlamaConfig config, int threads) {
        int slices = 1;
        while (slices < MOST_SLICES && slices * config.kvHeads() % threads != 0) {
            slices++;
        }
        return slices;
    }

    /**
     * Computes rows {@code from} to {@code to} of the tree; the keys and values of all rows before must be there.
     *
     * @param layer reads qkv; writes attended and lse
     */
    void forward(TokenTree tree, int from, int to, Activations.Layer layer, Activations activations) {
        int kvHeads = config.kvHeads();
        int share = (int) ((long) (to - from) * kvHeads / ((long) PARTS * compute.threads()));
        int rows = Math.clamp(share, blockRows, MOST_ROWS_OF_A_PART);
        List<List<AttentionBlock>> parts =
                new ArrayList<>(AttentionBlock.ofOnePath(AttentionBlock.of(tree, from, to, blockRows), rows));
        parts.sort(Comparator.comparingLong(Attention::cost).reversed());
        compute.parallel(
                parts.size() * kvHeads,
                (part, worker) -> forward(
                        parts.get(part / kvHeads), part % kvHeads, layer, activations.attentionScratch(worker)));
    }

    private static long cost(List<AttentionBlock> blocks) {
        return blocks.stream().mapToLong(AttentionBlock::scores).sum();
    }

    /** Some blocks that see the same text. */
    private void forward(List<AttentionBlock> blocks, int kvHead, Activations.Layer layer, AttentionScratch scratch) {
        int keys = blocks.getLast().keys();
        OrderedMatrix keysT = new OrderedMatrix(kernels, scratch.keysT(), d, keys);
        OrderedMatrix values = new OrderedMatrix(kernels, scratch.values(), keys, d);
        for (KeyPath.Run run : blocks.getLast().path().runs(keys)) {
            keysT.putColumns(run.key(), layer.qkv().from(run.row(), keyColumn(kvHead)), width, run.count(), d);
            values.putRows(run.key(), layer.qkv().from(run.row(), valueColumn(kvHead)), width, run.count(), d);
        }
        for (AttentionBlock block : blocks) {
            forward(block, kvHead, keysT, values, layer, scratch);
        }
    }

    private void forward(
            AttentionBlock block,
            int kvHead,
            OrderedMatrix keysT,
            OrderedMatrix values,
            Activations.Layer layer,
            AttentionScratch scratch) {
        int keys = block.keys();
        int stride = AttentionScratch.stride(keys);
        MemorySegment scores = scratch.scores();
        stack(layer.qkv(), block, kvHead, scratch.q());
        products.scores(block, scratch.q(), keysT, 0, keys, scores, stride); // S = Q Kᵀ, not yet scaled
        for (int h = 0; h < group; h++) {
            MemorySegment lse = layer.lse().from(kvHead * group + h, block.from());
            kernels.softmax(
                    Matrix.from(scores, (long) h * stride),
                    lse,
                    scale,
                    block.rows(),
                    group * stride,
                    keys,
                    block.keysBefore() + 1);
        }
        for (int key = 0; key < keys; key += MOST_TERMS) { // O = P V
            int count = Math.min(MOST_TERMS, keys - key);
            products.weighted(block, Matrix.from(scores, key), stride, values, key, count, scratch.out());
        }
        unstack(scratch.out(), wide, block, kvHead, layer.attended());
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
        Activations.BackwardBuffers buffers = activations.backward();
        List<List<AttentionBlock>> slices = AttentionBlock.slices(
                AttentionBlock.of(tree, 0, rows, blockRows),
                1 + buffers.dKeyValues().size());
        compute.zero(dQkv, rows);
        for (int slice = 1; slice < slices.size(); slice++) {
            compute.zero(buffers.dKeyValues().get(slice - 1), rows);
        }
        rowDots(layer.attended(), dAttended, buffers.delta(), rows);
        int kvHeads = config.kvHeads();
        compute.parallel(slices.size() * kvHeads, (part, worker) -> {
            int slice = part / kvHeads;
            int kvHead = part % kvHeads;
            AttentionScratch scratch = activations.attentionScratch(worker);
            for (List<AttentionBlock> blocks : AttentionBlock.ofOnePath(slices.get(slice), Integer.MAX_VALUE)) {
                backward(blocks, kvHead, layer, dAttended, buffers.delta(), dQkv, scratch);
                Matrix sums = slice == 0 ? dQkv : buffers.dKeyValues().get(slice - 1);
                addKeyValues(blocks, scratch.backward(), sums, kvHead, slice == 0 ? config.queryWidth() : 0);
            }
        });
        for (int slice = 1; slice < slices.size(); slice++) {
            addKeyValues(buffers.dKeyValues().get(slice - 1), dQkv, rows);
        }
    }

    /** Some blocks that see the same text: writes the gradients of their queries, and those of keys and values to scratch. */
    private void backward(
            List<AttentionBlock> blocks,
            int kvHead,
            Activations.Layer layer,
            Matrix dAttended,
            Matrix delta,
            Matrix dQkv,
            AttentionScratch scratch) {
        int keys = blocks.getLast().keys();
        AttentionScratch.Backward more = scratch.backward();
        Operands operands = new Operands(
                new OrderedMatrix(kernels, scratch.keysT(), d, keys),
                new OrderedMatrix(kernels, more.keys(), keys, d),
                new OrderedMatrix(kernels, more.valuesT(), d, keys),
                new OrderedMatrix(kernels, more.queries(), AttentionBlock.stackedRows(config), d),
                new OrderedMatrix(kernels, more.dOut(), AttentionBlock.stackedRows(config), d));
        for (KeyPath.Run run : blocks.getLast().path().runs(keys)) {
            MemorySegment key = layer.qkv().from(run.row(), keyColumn(kvHead));
            operands.keysT.putColumns(run.key(), key, width, run.count(), d);
            operands.keys.putRows(run.key(), key, width, run.count(), d);
            MemorySegment value = layer.qkv().from(run.row(), valueColumn(kvHead));
            operands.valuesT.putColumns(run.key(), value, width, run.count(), d);
        }
        long bytes = (long) OrderedMatrix.wholeTiles(keys) * wide * Float.BYTES;
        more.dKeys().asSlice(0, bytes).fill((byte) 0);
        more.dValues().asSlice(0, bytes).fill((byte) 0);
        for (AttentionBlock block : blocks) {
            stack(layer.qkv(), block, kvHead, scratch.q());
            stack(dAttended, block, kvHead, scratch.out());
            operands.queries.putRows(0, scratch.q(), d, block.rows() * group, d);
            operands.dOut.putRows(0, scratch.out(), d, block.rows() * group, d);
            for (int key = 0; key < block.keys(); key += AttentionScratch.CHUNK) {
                int count = Math.min(AttentionScratch.CHUNK, block.keys() - key);
                backward(block, key, count, kvHead, layer.lse(), delta, operands, scratch);
            }
            unstack(more.dQ(), wide, block, kvHead, dQkv);
        }
    }

    /** What stands on the right of the backward pass's products. */
    private record Operands(
            OrderedMatrix keysT,
            OrderedMatrix keys,
            OrderedMatrix valuesT,
            OrderedMatrix queries,
            OrderedMatrix dOut) {}

    /** A block and some keys. */
    private void backward(
            AttentionBlock block,
            int key,
            int count,
            int kvHead,
            Matrix lse,
            Matrix delta,
            Operands operands,
            AttentionScratch scratch) {
        AttentionScratch.Backward more = scratch.backward();
        MemorySegment p = scratch.scores();
        MemorySegment dS = more.dScores();
        int stride = AttentionScratch.stride(AttentionScratch.CHUNK);
        // forward: O = P V; so dP = dO Vᵀ and dV += Pᵀ dO
        products.scores(block, scratch.q(), operands.keysT, key, count, p, stride);
        products.scores(block, scratch.out(), operands.valuesT, key, count, dS, stride);
        for (int h = 0; h < group; h++) {
            int head = kvHead * group + h;
            kernels.softmaxBackward(
                    Matrix.from(p, (long) h * stride),
                    Matrix.from(dS, (long) h * stride),
                    lse.from(head, block.from()),
                    delta.from(head, block.from()),
                    scale,
                    block.rows(),
                    group * stride,
                    OrderedMatrix.wholeTiles(count), // zeros where keys are the rows of a product
                    block.keysBefore() + 1 - key);
        }
        products.sums(block, p, stride, operands.dOut, key, count, more.dValues());
        // forward: S = Q Kᵀ; so dQ = dS K and dK += dSᵀ Q
        products.weighted(block, dS, stride, operands.keys, key, count, more.dQ());
        products.sums(block, dS, stride, operands.queries, key, count, more.dKeys());
    }

    /** {@code delta[h, t] = Σ_d dO · O = Σ_j dP · P} (Dao et al., appendix B.2). */
    private void rowDots(Matrix attended, Matrix dAttended, Matrix delta, int rows) {
        int w = config.queryWidth();
        compute.parallel(
                config.heads(),
                (head, worker) -> kernels.rowDots(
                        dAttended.from(0, head * d), w, attended.from(0, head * d), w, delta.fromRow(head), rows, d));
    }

    /** From scratch to the rows where keys and values stand. */
    private void addKeyValues(
            List<AttentionBlock> blocks, AttentionScratch.Backward scratch, Matrix sums, int kvHead, int column) {
        int keys = blocks.getLast().keys();
        for (KeyPath.Run run : blocks.getLast().path().runs(keys)) {
            for (int i = 0; i < run.count(); i++) {
                long key = (long) (run.key() + i) * wide;
                MemorySegment dKey = sums.from(run.row() + i, column + kvHead * d);
                kernels.add(Matrix.from(scratch.dKeys(), key), dKey, d);
                kernels.add(Matrix.from(scratch.dValues(), key), Matrix.from(dKey, config.keyWidth()), d);
            }
        }
    }

    private void addKeyValues(Matrix dKeyValues, Matrix dQkv, int rows) {
        int n = dKeyValues.cols();
        compute.rows(rows, n, (from, to) -> {
            for (int row = from; row < to; row++) {
                kernels.add(dKeyValues.fromRow(row), dQkv.from(row, config.queryWidth()), n);
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
    private void unstack(MemorySegment stacked, int stride, AttentionBlock block, int kvHead, Matrix matrix) {
        for (int i = 0; i < block.rows(); i++) {
            MemorySegment row = Matrix.from(stacked, (long) i * group * stride);
            kernels.copy(row, stride, group, d, matrix.from(block.from() + i, kvHead * group * d), d);
        }
    }

    /** Where the keys of a key head begin in qkv. */
    private int keyColumn(int kvHead) {
        return config.queryWidth() + kvHead * d;
    }

    private int valueColumn(int kvHead) {
        return keyColumn(kvHead) + config.keyWidth();
    }
}
