package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.llama.Projections.Projection;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A Llama (Touvron et al., arXiv 2302.13971): weights, perhaps an adapter, and the machine they run on. It has no state of its own:
 * what a pass leaves behind is in its {@link Activations}, so any number of runs may share a model, each with its own.
 */
public final class LlamaModel {

    private final LlamaWeights weights;
    private final @Nullable LoraWeights lora;
    private final @Nullable Dropout dropout;
    private final LlamaConfig config;
    private final Compute compute;
    private final Kernels kernels;
    private final Attention attention;
    private final OutputLayer outputLayer;
    private final Projections projections;
    private final int rank;

    /**
     * A model.
     *
     * @param lora an adapter on the weights; null: the weights alone
     */
    public LlamaModel(LlamaWeights weights, @Nullable LoraWeights lora, Compute compute) {
        this(weights, lora, null, compute);
    }

    private LlamaModel(LlamaWeights weights, @Nullable LoraWeights lora, @Nullable Dropout dropout, Compute compute) {
        this.dropout = dropout;
        this.weights = weights;
        this.lora = lora;
        this.config = weights.config();
        this.compute = compute;
        this.kernels = compute.kernels();
        this.attention = new Attention(compute, config);
        this.outputLayer = new OutputLayer(weights, compute);
        this.projections = new Projections(weights, lora, dropout, compute);
        this.rank = lora == null ? 0 : lora.largestRank();
    }

    /** The model's shape. */
    public LlamaConfig config() {
        return config;
    }

    /** The machine it runs on. */
    public Compute compute() {
        return compute;
    }

    /** The same weights without the adapter: LoRA's reference. */
    public LlamaModel base() {
        return lora == null ? this : new LlamaModel(weights, null, compute);
    }

    /**
     * The same model with dropout before its adapter, for training passes from the first row on.
     *
     * @param masks made for the adapter; whoever begins a pass begins it there too
     */
    public LlamaModel with(Dropout masks) {
        return new LlamaModel(weights, lora, masks, compute);
    }

    /** The largest rank of the adapter, 0 without: what {@link Activations} must be made for. */
    public int rank() {
        return rank;
    }

    /**
     * Log-probabilities of the scored tokens.
     *
     * @param tree of at most the activations' capacity; token ids below V
     * @return what the output layer computed, for the backward pass too
     */
    public TokenLogProbs logProbs(TokenTree tree, ScoredTokens scored, Activations activations) {
        forward(tree, 0, tree.size(), activations);
        return outputLayer.logProbs(scored, activations.residual(config.layers()), activations);
    }

    /**
     * The logits after some rows of the last forward pass, for the first {@code vocabulary} tokens only.
     *
     * @return (rows, vocabulary)
     */
    public float[][] logits(int[] rows, int vocabulary, Activations activations) {
        return outputLayer.logits(rows, vocabulary, activations.residual(config.layers()), activations);
    }

    /** Computes rows {@code from} to {@code to}; the rows before must be in the activations, with their keys kept. */
    void forward(TokenTree tree, int from, int to, Activations a) {
        if (tree.size() > a.capacity()) {
            throw new IllegalArgumentException(tree.size() + " tokens in activations for " + a.capacity());
        }
        if (rank() > a.u().cols() || compute.threads() > a.threads()) {
            throw new IllegalArgumentException("These activations were made for a smaller adapter or fewer threads");
        }
        if (dropout != null && from > 0) {
            throw new IllegalArgumentException("Dropout counts rows from the first");
        }
        embed(tree, from, to, a.residual(0));
        for (int i = 0; i < config.layers(); i++) {
            forward(i, tree, from, to, a);
            compute.yieldTurn();
        }
    }

    /** Computes rows of one layer, from what enters it to what leaves it. */
    private void forward(int i, TokenTree tree, int from, int to, Activations a) {
        int rows = to - from;
        LlamaWeights.Layer w = weights.layer(i);
        Activations.Layer layer = a.layer(i);
        MemorySegment x = a.residual(i).fromRow(from); // (T, C)
        MemorySegment normed = a.normed().fromRow(from); // (T, C)
        MemorySegment qkv = layer.qkv().fromRow(from); // (T, (H + 2K) D)
        MemorySegment middle = layer.middle().fromRow(from); // (T, C)
        MemorySegment gateUp = layer.gateUp().fromRow(from); // (T, 2F)
        MemorySegment hidden = a.hidden().fromRow(from); // (T, F)
        MemorySegment out = a.residual(i + 1).fromRow(from); // (T, C)

        norm(x, w.attentionNorm(), normed, layer.attentionRstd().from(0, from), rows);
        projections.forward(Projection.QKV, i, a, normed, rows, null, qkv);
        rotate(qkv, tree, from, rows, a, false);
        attention.forward(tree, from, to, layer, a);
        projections.forward(Projection.OUTPUT, i, a, layer.attended().fromRow(from), rows, x, middle);

        norm(middle, w.mlpNorm(), normed, layer.mlpRstd().from(0, from), rows);
        projections.forward(Projection.GATE_UP, i, a, normed, rows, null, gateUp);
        swiGlu(gateUp, hidden, rows);
        projections.forward(Projection.DOWN, i, a, hidden, rows, middle, out);
    }

    /**
     * The gradient of a function of the scored tokens' log-probabilities, after {@link #logProbs} on the same tree and activations.
     *
     * @param slopes (N) the function's derivative by each log-probability
     * @param gradients added to, or begun
     */
    public void backward(
            TokenTree tree,
            ScoredTokens scored,
            TokenLogProbs forward,
            double[] slopes,
            Activations a,
            Gradients gradients) {
        LlamaWeights dWeights = gradients.weights();
        int rows = tree.size();
        Activations.BackwardBuffers d = a.backward();
        MemorySegment dX = d.dX().segment(); // (T, C), the residual stream's gradient, from here down to the embedding
        MemorySegment dNormed = d.dNormed().segment();
        MemorySegment normed = a.normed().segment();
        gradients.clearSmall(compute);
        compute.zero(d.dX(), rows);
        outputLayer.backward(scored, forward, slopes, a.residual(config.layers()), a, gradients);

        for (int i = config.layers() - 1; i >= 0; i--) {
            if (a.keep() == Activations.Keep.RESIDUAL_STREAM
                    && i < config.layers() - 1) { // the last one is still there
                forward(i, tree, 0, rows, a);
            }
            LlamaWeights.Layer w = weights.layer(i);
            LlamaWeights.Layer dW = dWeights == null ? null : dWeights.layer(i);
            Activations.Layer layer = a.layer(i);
            MemorySegment gateUp = layer.gateUp().segment();
            MemorySegment hidden = a.hidden().segment();
            MemorySegment middle = layer.middle().segment();
            MemorySegment x = a.residual(i).segment();

            // forward: out = middle + swiGlu(norm(middle) Wguᵀ) Wdᵀ
            swiGlu(gateUp, hidden, rows);
            projections.backward(
                    Projection.DOWN,
                    i,
                    gradients,
                    a,
                    hidden,
                    rows,
                    dX,
                    d.dHidden().segment());
            swiGluBackward(gateUp, d.dHidden().segment(), d.dGateUp().segment(), rows);
            norm(middle, w.mlpNorm(), normed, layer.mlpRstd().segment(), rows);
            projections.backward(
                    Projection.GATE_UP,
                    i,
                    gradients,
                    a,
                    normed,
                    rows,
                    d.dGateUp().segment(),
                    dNormed);
            Matrix dMlpNorm = dW == null ? null : dW.mlpNorm();
            normBackward(middle, w.mlpNorm(), layer.mlpRstd().segment(), dNormed, dX, dMlpNorm, rows);
            compute.yieldTurn();

            // forward: middle = x + attention(rope(norm(x) Wqkvᵀ)) Woᵀ
            MemorySegment attended = layer.attended().segment();
            projections.backward(
                    Projection.OUTPUT,
                    i,
                    gradients,
                    a,
                    attended,
                    rows,
                    dX,
                    d.dAttended().segment());
            attention.backward(tree, layer, d.dAttended(), d.dQkv(), a);
            rotate(d.dQkv().segment(), tree, 0, rows, a, true);
            norm(x, w.attentionNorm(), normed, layer.attentionRstd().segment(), rows);
            projections.backward(
                    Projection.QKV, i, gradients, a, normed, rows, d.dQkv().segment(), dNormed);
            Matrix dAttentionNorm = dW == null ? null : dW.attentionNorm();
            normBackward(x, w.attentionNorm(), layer.attentionRstd().segment(), dNormed, dX, dAttentionNorm, rows);
            compute.yieldTurn();
        }
        if (dWeights != null) {
            embedBackward(tree, dX, dWeights.embedding());
        }
    }

    /** {@code x[t] = E[token[t]]}. */
    private void embed(TokenTree tree, int from, int to, Matrix x) {
        for (int t = from; t < to; t++) {
            int token = tree.tokens()[t];
            config.requireToken(token);
            copyRow(weights.embedding(), token, x, t);
        }
    }

    /** {@code dE[token[t]] += dx[t]}, in row order. */
    private void embedBackward(TokenTree tree, MemorySegment dX, Matrix dEmbedding) {
        int c = config.hiddenSize();
        for (int t = 0; t < tree.size(); t++) {
            MemorySegment dx = dX.asSlice((long) t * c * Float.BYTES);
            kernels.add(dx, dEmbedding.fromRow(tree.tokens()[t]), c);
        }
    }

    private void norm(MemorySegment x, Matrix weight, MemorySegment y, MemorySegment rstd, int rows) {
        int c = config.hiddenSize();
        float eps = (float) config.rmsNormEps();
        compute.rows(
                rows,
                c,
                (from, to) -> kernels.rmsNorm(
                        at(x, from, c), weight.segment(), eps, at(y, from, c), at(rstd, from, 1), to - from, c));
    }

    /** Adds to dX what comes back through the norm, and to dWeight when it is trained. */
    private void normBackward(
            MemorySegment x,
            Matrix weight,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dX,
            @Nullable Matrix dWeight,
            int rows) {
        int c = config.hiddenSize();
        if (dWeight != null) {
            compute.rows(
                    c,
                    rows,
                    (from, to) -> kernels.rmsNormWeightGradient(x, rstd, dy, dWeight.segment(), rows, c, from, to));
        }
        compute.rows(
                rows,
                c,
                (from, to) -> kernels.rmsNormBackward(
                        at(x, from, c),
                        weight.segment(),
                        at(rstd, from, 1),
                        at(dy, from, c),
                        at(dX, from, c),
                        to - from,
                        c));
    }

    /** Turns the queries and keys of each row to their position; back when {@code inverse}. */
    private void rotate(MemorySegment qkv, TokenTree tree, int firstRow, int rows, Activations a, boolean inverse) {
        int stride = config.queryWidth() + 2 * config.keyWidth();
        int heads = config.heads() + config.kvHeads(); // keys follow the queries
        compute.rows(
                rows,
                stride,
                (from, to) -> kernels.rope(
                        at(qkv, from, stride),
                        to - from,
                        stride,
                        heads,
                        config.headSize(),
                        a.rope().cos(),
                        a.rope().sin(),
                        tree.positions(),
                        firstRow + from,
                        inverse));
    }

    private void swiGlu(MemorySegment gateUp, MemorySegment hidden, int rows) {
        int f = config.intermediateSize();
        compute.rows(rows, f, (from, to) -> kernels.swiGlu(at(gateUp, from, 2 * f), at(hidden, from, f), to - from, f));
    }

    private void swiGluBackward(MemorySegment gateUp, MemorySegment dHidden, MemorySegment dGateUp, int rows) {
        int f = config.intermediateSize();
        compute.rows(
                rows,
                f,
                (from, to) -> kernels.swiGluBackward(
                        at(gateUp, from, 2 * f), at(dHidden, from, f), at(dGateUp, from, 2 * f), to - from, f));
    }

    static void copyRow(Matrix from, int fromRow, Matrix to, int toRow) {
        long bytes = (long) from.cols() * Float.BYTES;
        MemorySegment.copy(from.segment(), fromRow * bytes, to.segment(), toRow * bytes, bytes);
    }

    private static MemorySegment at(MemorySegment segment, int row, int width) {
        return segment.asSlice((long) row * width * ValueLayout.JAVA_FLOAT.byteSize());
    }
}
