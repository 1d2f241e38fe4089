package dev.dpo4j.llama;

import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/** RMSNorm (Zhang & Sennrich, arXiv 1910.07467) of rows of the residual stream, forward and backward. */
final class RmsNorm {

    private final Compute compute;
    private final Kernels kernels;
    private final int c;
    private final float eps;

    RmsNorm(LlamaConfig config, Compute compute) {
        this.compute = compute;
        this.kernels = compute.kernels();
        this.c = config.hiddenSize();
        this.eps = (float) config.rmsNormEps();
    }

    /**
     * {@code y = x · rstd · weight} with {@code rstd = 1 / sqrt(mean(x²) + eps)}.
     *
     * @param x (rows, C)
     * @param weight (1, C)
     * @param y (rows, C), written
     * @param rstd (1, rows), written
     */
    void forward(MemorySegment x, Matrix weight, MemorySegment y, MemorySegment rstd, int rows) {
        compute.rows(
                rows,
                c,
                (from, to) -> kernels.rmsNorm(
                        Matrix.fromRow(x, from, c),
                        weight.segment(),
                        eps,
                        Matrix.fromRow(y, from, c),
                        Matrix.from(rstd, from),
                        to - from,
                        c));
    }

    /**
     * The gradient of x.
     *
     * @param dy (rows, C)
     * @param dx (rows, C), added to
     */
    void backward(MemorySegment x, Matrix weight, MemorySegment rstd, MemorySegment dy, MemorySegment dx, int rows) {
        compute.rows(
                rows,
                c,
                (from, to) -> kernels.rmsNormBackward(
                        Matrix.fromRow(x, from, c),
                        weight.segment(),
                        Matrix.from(rstd, from),
                        Matrix.fromRow(dy, from, c),
                        Matrix.fromRow(dx, from, c),
                        to - from,
                        c));
    }

    /**
     * The gradient of the weight.
     *
     * @param dy (rows, C)
     * @param dWeight (1, C), added to
     */
    void weightGradient(MemorySegment x, MemorySegment rstd, MemorySegment dy, Matrix dWeight, int rows) {
        compute.rows(
                c,
                rows,
                (from, to) -> kernels.rmsNormWeightGradient(x, rstd, dy, dWeight.segment(), rows, c, from, to));
    }
}
