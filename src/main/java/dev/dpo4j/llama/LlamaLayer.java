package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.llama.Projections.Projection;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/** What a model does in each of its layers, forward and backward: attention and MLP, each of a norm and added to the residual stream. */
final class LlamaLayer {

    private final LlamaWeights weights;
    private final LlamaConfig config;
    private final Compute compute;
    private final Kernels kernels;
    private final RmsNorm norm;
    private final Attention attention;
    private final Projections projections;

    LlamaLayer(LlamaWeights weights, Projections projections, Compute compute) {
        this.weights = weights;
        this.config = weights.config();
        this.compute = compute;
        this.kernels = compute.kernels();
        this.norm = new RmsNorm(config, compute);
        this.attention = new Attention(compute, config);
        this.projections = projections;
    }

    /** Computes rows of layer {@code i}, from what enters it to what leaves it; the keys and values of the rows before must be there. */
    void forward(int i, TokenTree tree, int from, int to, Activations a) {
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

        norm.forward(x, w.attentionNorm(), normed, layer.attentionRstd().from(0, from), rows);
        projections.forward(Projection.QKV, i, a, normed, rows, null, qkv);
        rotate(qkv, tree, from, rows, a, false);
        attention.forward(tree, from, to, layer, a);
        projections.forward(Projection.OUTPUT, i, a, layer.attended().fromRow(from), rows, x, middle);
        compute.yieldTurn();

        norm.forward(middle, w.mlpNorm(), normed, layer.mlpRstd().from(0, from), rows);
        projections.forward(Projection.GATE_UP, i, a, normed, rows, null, gateUp);
        swiGlu(gateUp, hidden, rows);
        projections.forward(Projection.DOWN, i, a, hidden, rows, middle, out);
    }

    /** From the gradient of what left layer {@code i} to that of what entered it, in place, with the gradients of what is trained of it. */
    void backward(int i, TokenTree tree, Activations a, Gradients gradients) {
        int rows = tree.size();
        LlamaWeights dWeights = gradients.weights();
        LlamaWeights.Layer w = weights.layer(i);
        LlamaWeights.Layer dW = dWeights == null ? null : dWeights.layer(i);
        Activations.Layer layer = a.layer(i);
        Activations.BackwardBuffers d = a.backward();
        MemorySegment x = a.residual(i).segment();
        MemorySegment normed = a.normed().segment();
        MemorySegment attended = layer.attended().segment();
        MemorySegment middle = layer.middle().segment();
        MemorySegment gateUp = layer.gateUp().segment();
        MemorySegment hidden = a.hidden().segment();
        MemorySegment attentionRstd = layer.attentionRstd().segment();
        MemorySegment mlpRstd = layer.mlpRstd().segment();
        MemorySegment dX = d.dX().segment();
        MemorySegment dNormed = d.dNormed().segment();
        MemorySegment dQkv = d.dQkv().segment();
        MemorySegment dAttended = d.dAttended().segment();
        MemorySegment dGateUp = d.dGateUp().segment();
        MemorySegment dHidden = d.dHidden().segment();

        // forward: out = middle + swiGlu(norm(middle) Wguᵀ) Wdᵀ
        swiGlu(gateUp, hidden, rows);
        projections.backward(Projection.DOWN, i, gradients, a, hidden, rows, dX, dHidden);
        swiGluBackward(gateUp, dHidden, dGateUp, rows);
        norm.forward(middle, w.mlpNorm(), normed, mlpRstd, rows);
        projections.backward(Projection.GATE_UP, i, gradients, a, normed, rows, dGateUp, dNormed);
        if (dW != null) {
            norm.weightGradient(middle, mlpRstd, dNormed, dW.mlpNorm(), rows);
        }
        norm.backward(middle, w.mlpNorm(), mlpRstd, dNormed, dX, rows);
        compute.yieldTurn();

        // forward: middle = x + attention(rope(norm(x) Wqkvᵀ)) Woᵀ
        projections.backward(Projection.OUTPUT, i, gradients, a, attended, rows, dX, dAttended);
        attention.backward(tree, layer, d.dAttended(), d.dQkv(), a);
        rotate(dQkv, tree, 0, rows, a, true);
        norm.forward(x, w.attentionNorm(), normed, attentionRstd, rows);
        projections.backward(Projection.QKV, i, gradients, a, normed, rows, dQkv, dNormed);
        if (dW != null) {
            norm.weightGradient(x, attentionRstd, dNormed, dW.attentionNorm(), rows);
        }
        norm.backward(x, w.attentionNorm(), attentionRstd, dNormed, dX, rows);
        compute.yieldTurn();
    }

    /** Turns the queries and keys of each row to their position; back when {@code inverse}. */
    private void rotate(MemorySegment qkv, TokenTree tree, int firstRow, int rows, Activations a, boolean inverse) {
        int stride = config.queryWidth() + 2 * config.keyWidth();
        int heads = config.heads() + config.kvHeads(); // keys follow the queries
        compute.rows(
                rows,
                stride,
                (from, to) -> kernels.rope(
                        Matrix.fromRow(qkv, from, stride),
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
        compute.rows(
                rows,
                f,
                (from, to) -> kernels.swiGlu(
                        Matrix.fromRow(gateUp, from, 2 * f), Matrix.fromRow(hidden, from, f), to - from, f));
    }

    private void swiGluBackward(MemorySegment gateUp, MemorySegment dHidden, MemorySegment dGateUp, int rows) {
        int f = config.intermediateSize();
        compute.rows(
                rows,
                f,
                (from, to) -> kernels.swiGluBackward(
                        Matrix.fromRow(gateUp, from, 2 * f),
                        Matrix.fromRow(dHidden, from, f),
                        Matrix.fromRow(dGateUp, from, 2 * f),
                        to - from,
                        f));
    }
}
