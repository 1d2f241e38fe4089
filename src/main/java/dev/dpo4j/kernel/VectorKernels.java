package dev.dpo4j.kernel;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * {@link ScalarKernels} with the Vector API; formulas are there. Each family of kernels has a class of its own, all made of
 * {@link Vectors}. Only classes whose names begin with {@code Vector} may touch the incubator, so that everything else loads without it.
 *
 * <p>Each row or block is a small static method, which C2 compiles soon: until then a vector is an object and a loop hundreds of times
 * slower. No masks; what does not fill a vector is done one by one. Reductions keep four vectors of sums, as {@link LaneOrder} tells:
 * an fma takes four cycles and most CPUs start one or two in each, so fewer would wait.
 */
final class VectorKernels implements Kernels {

    @Override
    public int lanes() {
        return Vectors.LANES;
    }

    @Override
    public String description() {
        return "vector, " + Vectors.SPECIES.vectorBitSize() + " bit";
    }

    @Override
    public boolean fastProducts() {
        return Vectors.SPECIES.vectorBitSize() >= 512;
    }

    @Override
    public void product(
            boolean transposeA,
            MemorySegment a,
            int strideA,
            MemorySegment b,
            @Nullable MemorySegment d,
            MemorySegment c,
            int strideC,
            int rows,
            int depth) {
        VectorProduct.product(transposeA, a, strideA, b, d, c, strideC, rows, depth);
    }

    @Override
    public void copy(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        VectorCopy.copy(x, strideX, rows, columns, y, strideY);
    }

    @Override
    public void transpose(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        VectorTranspose.transpose(x, strideX, rows, columns, y, strideY);
    }

    @Override
    public void add(MemorySegment x, MemorySegment y, long n) {
        VectorElementwise.add(x, y, n);
    }

    @Override
    public double sumOfSquares(MemorySegment x, long n) {
        return VectorElementwise.sumOfSquares(x, n);
    }

    @Override
    public void rmsNorm(
            MemorySegment x,
            MemorySegment weight,
            float eps,
            MemorySegment y,
            MemorySegment rstd,
            int rows,
            int width) {
        VectorRmsNorm.rmsNorm(x, weight, eps, y, rstd, rows, width);
    }

    @Override
    public void rmsNormBackward(
            MemorySegment x,
            MemorySegment weight,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dx,
            int rows,
            int width) {
        VectorRmsNorm.rmsNormBackward(x, weight, rstd, dy, dx, rows, width);
    }

    @Override
    public void rmsNormWeightGradient(
            MemorySegment x,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dWeight,
            int rows,
            int width,
            int from,
            int to) {
        VectorRmsNorm.rmsNormWeightGradient(x, rstd, dy, dWeight, rows, width, from, to);
    }

    @Override
    public void rope(
            MemorySegment x,
            int rows,
            int stride,
            int heads,
            int headSize,
            MemorySegment cos,
            MemorySegment sin,
            int[] positions,
            int firstPosition,
            boolean inverse) {
        VectorRope.rope(x, rows, stride, heads, headSize, cos, sin, positions, firstPosition, inverse);
    }

    @Override
    public void swiGlu(MemorySegment gateUp, MemorySegment h, int rows, int width) {
        VectorSwiGlu.swiGlu(gateUp, h, rows, width);
    }

    @Override
    public void swiGluBackward(MemorySegment gateUp, MemorySegment dh, MemorySegment dGateUp, int rows, int width) {
        VectorSwiGlu.swiGluBackward(gateUp, dh, dGateUp, rows, width);
    }

    @Override
    public void softmax(
            MemorySegment scores, MemorySegment lse, float scale, int rows, int stride, int columns, int firstValid) {
        VectorSoftmax.softmax(scores, lse, scale, rows, stride, columns, firstValid);
    }

    @Override
    public void softmaxBackward(
            MemorySegment scores,
            MemorySegment dp,
            MemorySegment lse,
            MemorySegment delta,
            float scale,
            int rows,
            int stride,
            int columns,
            int firstValid) {
        VectorSoftmax.softmaxBackward(scores, dp, lse, delta, scale, rows, stride, columns, firstValid);
    }

    @Override
    public void rowDots(
            MemorySegment a, int strideA, MemorySegment b, int strideB, MemorySegment out, int rows, int width) {
        float[] lanes = new float[Vectors.LANES];
        for (int r = 0; r < rows; r++) {
            Floats.put(out, r, (float)
                    Vectors.dot(Floats.row(a, r, strideA, width), Floats.row(b, r, strideB, width), width, lanes));
        }
    }

    @Override
    public void logProbs(
            MemorySegment logits,
            int rows,
            int width,
            int[] targets,
            int first,
            double[] logp,
            double[] lse,
            TokenFigures figures) {
        VectorLogProbs.logProbs(logits, rows, width, targets, first, logp, lse, figures);
    }

    @Override
    public void logProbsBackward(
            MemorySegment logits, int rows, int width, int[] targets, int first, double[] lse, double[] slopes) {
        VectorLogProbs.logProbsBackward(logits, rows, width, targets, first, lse, slopes);
    }

    @Override
    public void adamW(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long n,
            float gradientScale,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double correction1,
            double correction2) {
        VectorAdamW.adamW(w, g, m, v, n, gradientScale, lr, beta1, beta2, eps, weightDecay, correction1, correction2);
    }
}
