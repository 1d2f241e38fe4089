package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;

/** A row of a matrix for each token: what the residual stream begins with. */
final class Embedding {

    private final LlamaConfig config;
    private final Matrix weight; // E, (V, C)
    private final Kernels kernels;

    Embedding(LlamaWeights weights, Compute compute) {
        this.config = weights.config();
        this.weight = weights.embedding();
        this.kernels = compute.kernels();
    }

    /**
     * {@code x[t] = E[token[t]]} for rows {@code from} to {@code to}.
     *
     * @param x (T, C), written
     */
    void forward(TokenTree tree, int from, int to, Matrix x) {
        for (int t = from; t < to; t++) {
            int token = tree.tokens()[t];
            config.requireToken(token);
            weight.copyRow(token, x, t);
        }
    }

    /**
     * {@code dE[token[t]] += dx[t]}, in row order.
     *
     * @param dX (T, C)
     * @param dEmbedding (V, C)
     */
    void backward(TokenTree tree, Matrix dX, Matrix dEmbedding) {
        for (int t = 0; t < tree.size(); t++) {
            kernels.add(dX.fromRow(t), dEmbedding.fromRow(tree.tokens()[t]), dX.cols());
        }
    }
}
