package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
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
    private final Embedding embedding;
    private final LlamaLayer layer;
    private final OutputLayer outputLayer;
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
        this.embedding = new Embedding(weights, compute);
        this.layer = new LlamaLayer(weights, new Projections(weights, lora, dropout, compute), compute);
        this.outputLayer = new OutputLayer(weights, compute);
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

    /** Memory for passes of up to a size, to be closed by the caller. */
    public Activations activations(PassSize size, Activations.Keep keep) {
        return new Activations(config, size, rank, compute.threads(), keep);
    }

    /**
     * The same for training passes.
     *
     * @param wholeLayers how many layers, the last ones, are kept whole where what enters the others is
     */
    public Activations activations(PassSize size, Activations.Keep keep, int wholeLayers) {
        return new Activations(config, size, rank, compute.threads(), keep, wholeLayers, OutputLayer.KEPT_BYTES);
    }

    /** Bytes of that memory, before it is there. */
    public long bytes(PassSize size, Activations.Keep keep) {
        return size.bytes(config, rank, compute.threads(), keep);
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
        embedding.forward(tree, from, to, a.residual(0));
        for (int i = 0; i < config.layers(); i++) {
            layer.forward(i, tree, from, to, a);
            compute.yieldTurn();
        }
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
        Matrix dX = a.backward().dX(); // (T, C), the residual stream's gradient, from here down to the embedding
        gradients.clearSmall(compute);
        compute.zero(dX, tree.size());
        outputLayer.backward(scored, forward, slopes, a.residual(config.layers()), a, gradients);
        for (int i = config.layers() - 1; i >= 0; i--) {
            if (a.forgets(i)) {
                layer.forward(i, tree, 0, tree.size(), a);
            }
            layer.backward(i, tree, a, gradients);
        }
        if (gradients.weights() != null) {
            embedding.backward(tree, dX, gradients.weights().embedding());
        }
    }
}
