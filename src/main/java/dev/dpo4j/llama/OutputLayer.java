package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.kernel.TokenFigures;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Final norm, projection onto the vocabulary, log-softmax and gather in one, for scored tokens only and at most {@link
 * #CHUNK} of them at a time, in chunks of about one size: nothing of size T × V ever exists. Where there is room for all logits they
 * are kept for the backward pass; if not, those of the first chunks, as far as {@link Activations#keptLogits} goes, and it computes the others again.
 */
final class OutputLayer {

    /** The most rows of logits that are computed at a time: with fewer, the head's weights are read more often; with more, others wait longer. */
    static final int CHUNK = 768;

    /** Bytes of logits that are kept for the backward pass: computing them again costs a tenth of what the head costs. */
    static final long KEPT_BYTES = 1L << 28;

    private final LlamaWeights weights;
    private final LlamaConfig config;
    private final Compute compute;
    private final Kernels kernels;
    private final RmsNorm norm;
    private final int c;
    private final int v;

    OutputLayer(LlamaWeights weights, Compute compute) {
        this.weights = weights;
        this.config = weights.config();
        this.compute = compute;
        this.kernels = compute.kernels();
        this.norm = new RmsNorm(config, compute);
        this.c = config.hiddenSize();
        this.v = config.vocabSize();
    }

    /** Rows of logits, in whole chunks, that so many bytes can keep. */
    static int keptRows(LlamaConfig config, long bytes) {
        return Math.toIntExact(bytes / ((long) config.vocabSize() * Float.BYTES) / CHUNK) * CHUNK;
    }

    /** @param x (T, C) what leaves the last layer */
    TokenLogProbs logProbs(ScoredTokens scored, Matrix x, Activations a) {
        int n = scored.size();
        for (int target : scored.targets()) {
            config.requireToken(target); // an answer's last token is in no row of the tree
        }
        pickAndNorm(scored.rows(), x, a);
        double[] logProbs = new double[n];
        double[] lse = new double[n];
        TokenFigures figures = TokenFigures.of(n);
        int each = chunkRows(n);
        for (int first = 0; first < n; first += each) {
            int chunk = first;
            int rows = Math.min(each, n - first);
            MemorySegment logits = logitsOf(first, rows, n, a);
            computeLogits(first, rows, v, a, logits);
            compute.rows(
                    rows,
                    v,
                    (from, to) -> kernels.logProbs(
                            Matrix.fromRow(logits, from, v),
                            to - from,
                            v,
                            scored.targets(),
                            chunk + from,
                            logProbs,
                            lse,
                            figures));
            compute.yieldTurn();
        }
        return new TokenLogProbs(logProbs, lse, figures);
    }

    /** Writes the rows of {@code scored} of dX, which must be zero before, and adds to the weights' gradients, or begins them, when these are trained. */
    void backward(
            ScoredTokens scored, TokenLogProbs forward, double[] slopes, Matrix x, Activations a, Gradients gradients) {
        LlamaWeights dWeights = gradients.weights();
        int n = scored.size();
        pickAndNorm(scored.rows(), x, a);
        Matrix head = weights.head();
        Matrix normed = a.head().normed();
        Matrix dNormed = a.backward().dPicked(); // (N, C)
        if (n == 0 && dWeights != null && !gradients.begun()) {
            compute.zero(dWeights.head(), v);
        }
        int each = chunkRows(n);
        for (int first = 0; first < n; first += each) {
            int chunk = first;
            int rows = Math.min(each, n - first);
            MemorySegment dLogits = logitsOf(first, rows, n, a);
            if (!kept(first, rows, n, a)) {
                computeLogits(first, rows, v, a, dLogits);
            }
            compute.rows(
                    rows,
                    v,
                    (from, to) -> kernels.logProbsBackward(
                            Matrix.fromRow(dLogits, from, v),
                            to - from,
                            v,
                            scored.targets(),
                            chunk + from,
                            forward.lse(),
                            slopes));
            // forward: logits = normed Wᵀ; so dNormed = dLogits W and dW += dLogitsᵀ normed
            compute.gemm(false, false, rows, c, v, 1, dLogits, v, head.segment(), c, 0, dNormed.fromRow(first), c);
            compute.yieldTurn();
            if (dWeights != null) {
                MemorySegment dHead = dWeights.head().segment();
                float beta = first == 0 ? gradients.sum(dWeights.head()).beta() : 1;
                compute.gemm(true, false, v, c, rows, 1, dLogits, v, normed.fromRow(first), c, beta, dHead, c);
            }
            compute.yieldTurn();
        }
        Matrix picked = a.head().picked();
        MemorySegment rstd = a.head().rstd().segment();
        if (dWeights != null) {
            norm.weightGradient(picked.segment(), rstd, dNormed.segment(), dWeights.finalNorm(), n);
        }
        // A row may have predicted several tokens: their gradients add up, in order.
        for (int i = 0; i < n; i++) {
            kernels.rmsNormBackward(
                    picked.fromRow(i),
                    weights.finalNorm().segment(),
                    Matrix.from(rstd, i),
                    dNormed.fromRow(i),
                    a.backward().dX().fromRow(scored.rows()[i]),
                    1,
                    c);
        }
    }

    /** The logits after the given rows, for the first {@code vocabulary} tokens. */
    float[][] logits(int[] rows, int vocabulary, Matrix x, Activations a) {
        pickAndNorm(rows, x, a);
        float[][] result = new float[rows.length][];
        for (int first = 0; first < rows.length; first += CHUNK) {
            int chunk = Math.min(CHUNK, rows.length - first);
            MemorySegment logits = a.head().logits().segment();
            computeLogits(first, chunk, vocabulary, a, logits);
            for (int i = 0; i < chunk; i++) {
                result[first + i] = Matrix.fromRow(logits, i, vocabulary)
                        .asSlice(0, (long) vocabulary * Float.BYTES)
                        .toArray(ValueLayout.JAVA_FLOAT);
            }
        }
        return result;
    }

    /** Rows of a chunk of {@code n} scored tokens. */
    private static int chunkRows(int n) {
        int chunks = Math.max(1, (n + CHUNK - 1) / CHUNK);
        return (n + chunks - 1) / chunks;
    }

    /** Whether a chunk has rows of its own. */
    private static boolean kept(int first, int rows, int n, Activations a) {
        return n <= a.head().logits().rows() || first + rows <= a.keptLogits();
    }

    /** Where a chunk's logits are: in rows of their own if they are kept, behind those if not. */
    private static MemorySegment logitsOf(int first, int rows, int n, Activations a) {
        return a.head().logits().fromRow(kept(first, rows, n, a) ? first : a.keptLogits());
    }

    /** {@code logits = normed Wᵀ} of some scored tokens, (rows, vocabulary). */
    private void computeLogits(int first, int rows, int vocabulary, Activations a, MemorySegment logits) {
        MemorySegment normed = a.head().normed().fromRow(first);
        compute.gemm(
                false, true, rows, vocabulary, c, 1, normed, c, weights.head().segment(), c, 0, logits, vocabulary);
    }

    private void pickAndNorm(int[] rows, Matrix x, Activations a) {
        if (rows.length > a.scoredCapacity()) {
            throw new IllegalArgumentException(rows.length + " scored tokens in activations for " + a.scoredCapacity());
        }
        Activations.HeadBuffers head = a.head();
        for (int i = 0; i < rows.length; i++) {
            x.copyRow(rows[i], head.picked(), i);
        }
        norm.forward(
                head.picked().segment(),
                weights.finalNorm(),
                head.normed().segment(),
                head.rstd().segment(),
                rows.length);
    }
}
