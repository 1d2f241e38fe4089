package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Causal attention with grouped key/value heads over a {@link TokenTree}: {@code O = softmax(Q Kᵀ / √D) V}, a block of query rows at a
 * time, so that scores never exist for more than {@link Activations#QUERY_BLOCK} rows a thread. Probabilities are not kept: the
 * backward pass makes them again from the log-sum-exp (Dao et al., arXiv 2205.14135).
 */
final class Attention {

    /** Query rows of one segment: {@code from} to {@code from + rows} of the tree. */
    private record Block(
            TokenTree.Segment segment, List<TokenTree.Segment> context, int contextLength, int from, int rows) {

        /** Keys the block's last row sees. */
        int keys() {
            return contextLength + from - segment.start() + rows;
        }

        /** Keys the block's first row sees. */
        int firstValid() {
            return contextLength + from - segment.start() + 1;
        }

        /** Own keys among them. */
        int ownKeys() {
            return from - segment.start() + rows;
        }
    }

    private final Compute compute;
    private final LlamaConfig config;
    private final int d;
    private final int stride;
    private final float scale;

    Attention(Compute compute, LlamaConfig config) {
        this.compute = compute;
        this.config = config;
        this.d = config.headSize();
        this.stride = config.queryWidth() + 2 * config.keyWidth();
        this.scale = (float) (1 / Math.sqrt(d));
    }

    /**
     * Computes rows {@code from} to {@code to} of the tree; the keys and values of all rows before must be there.
     *
     * @param layer reads qkv; writes attended and lse
     */
    void forward(TokenTree tree, int from, int to, Activations.Layer layer, Activations scratch) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < tree.segments().size(); i++) {
            blocks.addAll(blocks(tree, i, from, to));
        }
        int heads = config.heads();
        compute.parallel(
                blocks.size() * heads,
                (part, worker) -> forward(blocks.get(part / heads), part % heads, layer, scratch.scores(worker)));
    }

    private void forward(Block block, int head, Activations.Layer layer, MemorySegment scores) {
        int rows = block.rows;
        int columns = Activations.stride(block.keys());
        scores(block, head, layer.qkv(), scores, columns);
        MemorySegment lse = layer.lse().from(head, block.from);
        compute.kernels().softmax(scores, lse, scale, rows, columns, block.keys(), block.firstValid());
        // O = P V, span by span
        MemorySegment out = layer.attended().from(block.from, head * d);
        int column = 0;
        float beta = 0;
        for (TokenTree.Segment span : block.context) {
            product(
                    false,
                    false,
                    rows,
                    d,
                    span.length(),
                    scores,
                    column,
                    columns,
                    value(layer.qkv(), head, span.start()),
                    stride,
                    beta,
                    out,
                    config.queryWidth());
            column += span.length();
            beta = 1;
        }
        product(
                false,
                false,
                rows,
                d,
                block.ownKeys(),
                scores,
                column,
                columns,
                value(layer.qkv(), head, block.segment.start()),
                stride,
                beta,
                out,
                config.queryWidth());
    }

    /** {@code S = Q Kᵀ}, (rows, columns), span by span; not yet scaled. */
    private void scores(Block block, int head, Matrix qkv, MemorySegment scores, int columns) {
        MemorySegment q = query(qkv, head, block.from);
        int column = 0;
        for (TokenTree.Segment span : block.context) {
            keyProduct(block.rows, span.length(), q, key(qkv, head, span.start()), scores, column, columns);
            column += span.length();
        }
        keyProduct(block.rows, block.ownKeys(), q, key(qkv, head, block.segment.start()), scores, column, columns);
    }

    private void keyProduct(
            int rows, int keys, MemorySegment q, MemorySegment k, MemorySegment scores, int column, int columns) {
        compute.gemmOnThisThread(false, true, rows, keys, d, 1, q, stride, k, stride, 0, at(scores, column), columns);
    }

    /**
     * The gradients of queries, keys and values. Threads share the work by text and key head, the order of sums is fixed.
     *
     * @param dAttended (T, H D)
     * @param dQkv (T, (H + 2K) D), written
     */
    void backward(TokenTree tree, Activations.Layer layer, Matrix dAttended, Matrix dQkv, Activations scratch) {
        int rows = tree.size();
        compute.rows(
                rows,
                stride,
                (from, to) -> dQkv.fromRow(from)
                        .asSlice(0, (long) (to - from) * stride * Float.BYTES)
                        .fill((byte) 0));
        // delta[h, t] = Σ_d dO · O = Σ_j dP · P (Dao et al., appendix B.2)
        Matrix delta = scratch.backward().delta();
        int w = config.queryWidth();
        compute.parallel(
                config.heads(),
                (head, worker) -> compute.kernels()
                        .rowDots(
                                dAttended.from(0, head * d),
                                w,
                                layer.attended().from(0, head * d),
                                w,
                                delta.fromRow(head),
                                rows,
                                d));
        List<int[]> texts = tree.texts();
        int kvHeads = config.kvHeads();
        int group = config.heads() / kvHeads;
        compute.parallel(texts.size() * kvHeads, (part, worker) -> {
            int[] text = texts.get(part / kvHeads);
            int kvHead = part % kvHeads;
            for (int i = text[0]; i < text[1]; i++) {
                for (Block block : blocks(tree, i, 0, rows)) {
                    for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                        backward(block, head, layer, dAttended, dQkv, scratch, worker);
                    }
                }
            }
        });
    }

    private void backward(
            Block block,
            int head,
            Activations.Layer layer,
            Matrix dAttended,
            Matrix dQkv,
            Activations scratch,
            int worker) {
        Kernels kernels = compute.kernels();
        int rows = block.rows;
        int columns = Activations.stride(block.keys());
        MemorySegment p = scratch.scores(worker);
        MemorySegment dS = scratch.dScores(worker);
        scores(block, head, layer.qkv(), p, columns);
        kernels.softmaxFromLse(
                p, layer.lse().from(head, block.from), scale, rows, columns, block.keys(), block.firstValid());
        // forward: O = P V; so dP = dO Vᵀ and dV += Pᵀ dO
        MemorySegment dO = dAttended.from(block.from, head * d);
        int column = 0;
        for (TokenTree.Segment span : spans(block)) {
            int keys = keys(block, span);
            MemorySegment v = value(layer.qkv(), head, span.start());
            product(false, true, rows, keys, d, dO, 0, config.queryWidth(), v, stride, 0, at(dS, column), columns);
            MemorySegment dV = value(dQkv, head, span.start());
            product(true, false, keys, d, rows, p, column, columns, dO, config.queryWidth(), 1, dV, stride);
            column += span.length();
        }
        MemorySegment delta = scratch.backward().delta().from(head, block.from);
        kernels.softmaxBackward(p, dS, delta, scale, rows, columns, block.keys(), block.firstValid());
        // forward: S = Q Kᵀ; so dQ = dS K and dK += dSᵀ Q
        MemorySegment q = query(layer.qkv(), head, block.from);
        MemorySegment dQ = query(dQkv, head, block.from);
        column = 0;
        for (TokenTree.Segment span : spans(block)) {
            int keys = keys(block, span);
            MemorySegment k = key(layer.qkv(), head, span.start());
            product(false, false, rows, d, keys, dS, column, columns, k, stride, 1, dQ, stride);
            MemorySegment dK = key(dQkv, head, span.start());
            product(true, false, keys, d, rows, dS, column, columns, q, stride, 1, dK, stride);
            column += span.length();
        }
    }

    private static List<TokenTree.Segment> spans(Block block) {
        List<TokenTree.Segment> spans = new ArrayList<>(block.context);
        spans.add(block.segment);
        return spans;
    }

    private static int keys(Block block, TokenTree.Segment span) {
        return span.equals(block.segment) ? block.ownKeys() : span.length();
    }

    private List<Block> blocks(TokenTree tree, int index, int from, int to) {
        TokenTree.Segment segment = tree.segments().get(index);
        List<TokenTree.Segment> context = tree.context(segment);
        int contextLength = context.stream().mapToInt(TokenTree.Segment::length).sum();
        List<Block> blocks = new ArrayList<>();
        int end = Math.min(to, segment.end());
        for (int row = Math.max(from, segment.start()); row < end; row += Activations.QUERY_BLOCK) {
            blocks.add(new Block(segment, context, contextLength, row, Math.min(Activations.QUERY_BLOCK, end - row)));
        }
        return blocks;
    }

    private MemorySegment query(Matrix qkv, int head, int row) {
        return qkv.from(row, head * d);
    }

    private MemorySegment key(Matrix qkv, int head, int row) {
        return qkv.from(row, config.queryWidth() + kvHead(head) * d);
    }

    private MemorySegment value(Matrix qkv, int head, int row) {
        return qkv.from(row, config.queryWidth() + config.keyWidth() + kvHead(head) * d);
    }

    private int kvHead(int head) {
        return head / (config.heads() / config.kvHeads());
    }

    /** {@code C = op(A) op(B) + beta C} on this thread, A from one of its columns on. */
    private void product(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            MemorySegment a,
            int columnOfA,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        compute.gemmOnThisThread(transposeA, transposeB, m, n, k, 1, at(a, columnOfA), lda, b, ldb, beta, c, ldc);
    }

    private static MemorySegment at(MemorySegment segment, int element) {
        return segment.asSlice((long) element * Float.BYTES);
    }
}
