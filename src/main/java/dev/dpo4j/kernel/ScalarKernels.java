package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.LaneOrder.BLOCK;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The kernels as plain loops: what to read to know what is computed, what runs where the Vector API is missing, and the control for
 * {@link VectorKernels}, which gives the same bits for the same number of lanes. It is not fast.
 */
final class ScalarKernels implements Kernels {

    private final int lanes;

    /** @param lanes whose sums to reproduce: a power of two, at least 2 */
    ScalarKernels(int lanes) {
        if (lanes < 2 || Integer.bitCount(lanes) != 1) {
            throw new IllegalArgumentException("lanes must be a power of two, at least 2, but is " + lanes);
        }
        this.lanes = lanes;
    }

    @Override
    public int lanes() {
        return lanes;
    }

    @Override
    public String description() {
        return "scalar, " + lanes + " lanes";
    }

    @Override
    public boolean fastProducts() {
        return false;
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
        int columns = panelColumns();
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                float sum = 0;
                for (int from = 0; from < depth; from += CHAIN) {
                    float chain = 0;
                    for (int p = from; p < Math.min(depth, from + CHAIN); p++) {
                        float term = at(a, transposeA ? (long) p * strideA + r : (long) r * strideA + p);
                        chain = Math.fma(term, at(b, (long) p * columns + j), chain);
                    }
                    sum += chain;
                }
                long place = (long) r * strideC + j;
                put(c, place, d == null ? sum : sum + at(d, place));
            }
        }
    }

    @Override
    public void copy(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                put(y, (long) r * strideY + j, at(x, (long) r * strideX + j));
            }
        }
    }

    @Override
    public void transpose(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                put(y, (long) j * strideY + r, at(x, (long) r * strideX + j));
            }
        }
    }

    @Override
    public void add(MemorySegment x, MemorySegment y, long n) {
        for (long i = 0; i < n; i++) {
            put(y, i, at(y, i) + at(x, i));
        }
    }

    @Override
    public double sumOfSquares(MemorySegment x, long n) {
        double sum = 0;
        for (long from = 0; from < n; from += BLOCK) {
            sum += sumOfSquaresBlock(x, from, (int) Math.min(BLOCK, n - from));
        }
        return sum;
    }

    /** A vector holds half as many doubles as floats. */
    private double sumOfSquaresBlock(MemorySegment x, long from, int n) {
        double[] sums = new double[LaneOrder.partials(lanes / 2)];
        for (int i = 0; i < n; i++) {
            int k = LaneOrder.partial(i, n, lanes / 2);
            double value = at(x, from + i);
            sums[k] = Math.fma(value, value, sums[k]);
        }
        return LaneOrder.total(sums);
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
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            MemorySegment yRow = row(y, r, width, width);
            float scale = (float) (1 / Math.sqrt(dot(xRow, xRow, width) / width + eps)); // 1 / sqrt(mean(x²) + eps)
            put(rstd, r, scale);
            for (int c = 0; c < width; c++) {
                put(yRow, c, at(xRow, c) * scale * at(weight, c)); // y = x · rstd · weight
            }
        }
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
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            MemorySegment dyRow = row(dy, r, width, width);
            MemorySegment dxRow = row(dx, r, width, width);
            float scale = at(rstd, r);

            float[] sums = new float[LaneOrder.partials(lanes)];
            for (int c = 0; c < width; c++) {
                int k = LaneOrder.partial(c, width, lanes);
                sums[k] = Math.fma(at(dyRow, c) * at(weight, c), at(xRow, c), sums[k]); // Σ g x
            }
            float pull = (float) ((double) scale * scale * LaneOrder.total(sums) / width); // rstd² · mean(g x)

            for (int c = 0; c < width; c++) {
                float g = at(dyRow, c) * at(weight, c);
                float bracket = Math.fma(at(xRow, c), -pull, g); // g - x · rstd² · mean(g x)
                put(dxRow, c, Math.fma(bracket, scale, at(dxRow, c)));
            }
        }
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
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            MemorySegment dyRow = row(dy, r, width, width);
            for (int c = from; c < to; c++) {
                put(dWeight, c, Math.fma(at(dyRow, c) * at(xRow, c), at(rstd, r), at(dWeight, c)));
            }
        }
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
        int half = headSize / 2;
        float direction = inverse ? -1 : 1;
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, stride, heads * headSize);
            MemorySegment cosRow = row(cos, positions[firstPosition + r], half, half);
            MemorySegment sinRow = row(sin, positions[firstPosition + r], half, half);
            for (int head = 0; head < heads * headSize; head += headSize) {
                for (int j = 0; j < half; j++) {
                    float c = at(cosRow, j);
                    float s = at(sinRow, j) * direction;
                    float a = at(xRow, head + j);
                    float b = at(xRow, head + half + j);
                    put(xRow, head + j, Math.fma(a, c, -(b * s))); // a cos - b sin
                    put(xRow, head + half + j, Math.fma(b, c, a * s)); // b cos + a sin
                }
            }
        }
    }

    @Override
    public void swiGlu(MemorySegment gateUp, MemorySegment h, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            MemorySegment gateUpRow = row(gateUp, r, 2 * width, 2 * width);
            MemorySegment hRow = row(h, r, width, width);
            for (int c = 0; c < width; c++) {
                float gate = at(gateUpRow, c);
                put(hRow, c, gate * Exp.sigmoid(gate) * at(gateUpRow, width + c)); // silu(gate) · up
            }
        }
    }

    @Override
    public void swiGluBackward(MemorySegment gateUp, MemorySegment dh, MemorySegment dGateUp, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            MemorySegment gateUpRow = row(gateUp, r, 2 * width, 2 * width);
            MemorySegment dhRow = row(dh, r, width, width);
            MemorySegment dGateUpRow = row(dGateUp, r, 2 * width, 2 * width);
            for (int c = 0; c < width; c++) {
                float gate = at(gateUpRow, c);
                float up = at(gateUpRow, width + c);
                float sigmoid = Exp.sigmoid(gate);
                float silu = gate * sigmoid;
                float slope = Math.fma(silu, 1f - sigmoid, sigmoid); // silu' = σ + silu (1 - σ)
                put(dGateUpRow, c, at(dhRow, c) * up * slope);
                put(dGateUpRow, width + c, at(dhRow, c) * silu);
            }
        }
    }

    @Override
    public void softmax(
            MemorySegment scores, MemorySegment lse, float scale, int rows, int stride, int columns, int firstValid) {
        ScalarSoftmax.softmax(scores, lse, scale, rows, stride, columns, firstValid, lanes);
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
        ScalarSoftmax.softmaxBackward(scores, dp, lse, delta, scale, rows, stride, columns, firstValid);
    }

    @Override
    public void rowDots(
            MemorySegment a, int strideA, MemorySegment b, int strideB, MemorySegment out, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            put(out, r, (float) dot(row(a, r, strideA, width), row(b, r, strideB, width), width));
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
        ScalarLogProbs.logProbs(logits, rows, width, targets, first, logp, lse, figures, lanes);
    }

    @Override
    public void logProbsBackward(
            MemorySegment logits, int rows, int width, int[] targets, int first, double[] lse, double[] slopes) {
        ScalarLogProbs.logProbsBackward(logits, rows, width, targets, first, lse, slopes);
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
        AdamWFactors f = AdamWFactors.of(gradientScale, lr, beta1, beta2, eps, weightDecay, correction1, correction2);
        for (long i = 0; i < n; i++) {
            adamW(w, g, m, v, i, f);
        }
    }

    /** One weight's step; the vector kernel's remainder takes it too. */
    static void adamW(MemorySegment w, MemorySegment g, MemorySegment m, MemorySegment v, long i, AdamWFactors f) {
        float gradient = at(g, i) * f.gradientScale();
        float m1 = Math.fma(gradient - at(m, i), f.gain1(), at(m, i)); // m + (1-beta1)(g - m)
        float v1 = Math.fma(gradient * f.gain2(), gradient, at(v, i) * f.beta2()); // beta2 v + (1-beta2) g²
        float denominator = (float) Math.sqrt(v1) / f.rootCorrection2() + f.eps();
        put(m, i, m1);
        put(v, i, v1);
        put(w, i, Math.fma(m1 / denominator, -f.step(), at(w, i) * f.keep()));
    }

    private double dot(MemorySegment a, MemorySegment b, int n) {
        float[] sums = new float[LaneOrder.partials(lanes)];
        for (int i = 0; i < n; i++) {
            int k = LaneOrder.partial(i, n, lanes);
            sums[k] = Math.fma(at(a, i), at(b, i), sums[k]);
        }
        return LaneOrder.total(sums);
    }
}
