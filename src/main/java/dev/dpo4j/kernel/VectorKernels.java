package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.Floats.zero;
import static dev.dpo4j.kernel.LaneOrder.BLOCK;
import static dev.dpo4j.kernel.LaneOrder.UNROLL;
import static dev.dpo4j.kernel.LaneOrder.wholeMultiple;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * {@link ScalarKernels} with the Vector API; formulas are there. With {@link VectorExp} the only class that may touch the incubator, so
 * that everything else loads without it.
 *
 * <p>Each row or block is a small static method, which C2 compiles soon: until then a vector is an object and a loop hundreds of times
 * slower. No masks; what does not fill a vector is done one by one. Reductions keep four vectors of sums, as {@link LaneOrder} tells:
 * an fma takes four cycles and most CPUs start one or two in each, so fewer would wait.
 */
final class VectorKernels implements Kernels {

    /** As wide as this CPU prefers, or as the property {@code dpo4j.kernels} says, in bits. */
    static final VectorSpecies<Float> SPECIES = species(Integer.getInteger(KernelSelection.PROPERTY));

    static final int LANES = SPECIES.length();

    /** Exponentials that are computed at a time before they are added. */
    private static final int EXPONENTIALS = 1 << 10;

    private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SPECIES.vectorShape());

    /** As many floats as there are doubles in a vector. */
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

    private static final int DOUBLE_LANES = DOUBLES.length();

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static VectorSpecies<Float> species(@Nullable Integer bits) {
        return bits == null
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public String description() {
        return "vector, " + SPECIES.vectorBitSize() + " bit";
    }

    @Override
    public void add(MemorySegment x, MemorySegment y, long n) {
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            addBlock(slice(x, from, count), slice(y, from, count), count);
        }
    }

    private static void addBlock(MemorySegment x, MemorySegment y, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(y, i).add(load(x, i)), y, i);
        }
        for (; i < n; i++) {
            put(y, i, at(y, i) + at(x, i));
        }
    }

    @Override
    public void addScaled(float a, MemorySegment x, MemorySegment y, long n) {
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            addScaledBlock(a, slice(x, from, count), slice(y, from, count), count);
        }
    }

    private static void addScaledBlock(float a, MemorySegment x, MemorySegment y, int n) {
        FloatVector factor = broadcast(a);
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(x, i).fma(factor, load(y, i)), y, i);
        }
        for (; i < n; i++) {
            put(y, i, Math.fma(at(x, i), a, at(y, i)));
        }
    }

    @Override
    public void scale(float a, MemorySegment x, long n) {
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            scaleBlock(a, slice(x, from, count), count);
        }
    }

    private static void scaleBlock(float a, MemorySegment x, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(x, i).mul(a), x, i);
        }
        for (; i < n; i++) {
            put(x, i, at(x, i) * a);
        }
    }

    @Override
    public double sumOfSquares(MemorySegment x, long n) {
        double[] lanes = new double[DOUBLE_LANES];
        double sum = 0;
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            sum += sumOfSquaresBlock(slice(x, from, count), count, lanes);
        }
        return sum;
    }

    private static double sumOfSquaresBlock(MemorySegment x, int n, double[] lanes) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * DOUBLE_LANES); i += UNROLL * DOUBLE_LANES) {
            DoubleVector x0 = loadDoubles(x, i);
            DoubleVector x1 = loadDoubles(x, i + DOUBLE_LANES);
            DoubleVector x2 = loadDoubles(x, i + 2 * DOUBLE_LANES);
            DoubleVector x3 = loadDoubles(x, i + 3 * DOUBLE_LANES);
            s0 = x0.fma(x0, s0);
            s1 = x1.fma(x1, s1);
            s2 = x2.fma(x2, s2);
            s3 = x3.fma(x3, s3);
        }
        for (; i < wholeMultiple(n, DOUBLE_LANES); i += DOUBLE_LANES) {
            DoubleVector x0 = loadDoubles(x, i);
            s0 = x0.fma(x0, s0);
        }
        double remainder = 0;
        for (; i < n; i++) {
            double value = at(x, i);
            remainder = Math.fma(value, value, remainder);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
        return LaneOrder.total(lanes, remainder);
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
        float[] lanes = new float[LANES];
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            float scale = (float) (1 / Math.sqrt(dot(xRow, xRow, width, lanes) / width + eps));
            put(rstd, r, scale);
            rmsNormRow(xRow, slice(weight, 0, width), scale, row(y, r, width, width), width);
        }
    }

    private static void rmsNormRow(MemorySegment x, MemorySegment weight, float scale, MemorySegment y, int width) {
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            store(load(x, c).mul(scale).mul(load(weight, c)), y, c);
        }
        for (; c < width; c++) {
            put(y, c, at(x, c) * scale * at(weight, c));
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
        float[] lanes = new float[LANES];
        MemorySegment weightRow = slice(weight, 0, width);
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            MemorySegment dyRow = row(dy, r, width, width);
            float scale = at(rstd, r);
            float pull = (float) ((double) scale * scale * weightedDot(dyRow, weightRow, xRow, width, lanes) / width);
            rmsNormBackwardRow(xRow, weightRow, scale, pull, dyRow, row(dx, r, width, width), width);
        }
    }

    private static double weightedDot(MemorySegment dy, MemorySegment weight, MemorySegment x, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * LANES); i += UNROLL * LANES) {
            int i1 = i + LANES;
            int i2 = i + 2 * LANES;
            int i3 = i + 3 * LANES;
            s0 = load(dy, i).mul(load(weight, i)).fma(load(x, i), s0);
            s1 = load(dy, i1).mul(load(weight, i1)).fma(load(x, i1), s1);
            s2 = load(dy, i2).mul(load(weight, i2)).fma(load(x, i2), s2);
            s3 = load(dy, i3).mul(load(weight, i3)).fma(load(x, i3), s3);
        }
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = load(dy, i).mul(load(weight, i)).fma(load(x, i), s0);
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder = Math.fma(at(dy, i) * at(weight, i), at(x, i), remainder);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    private static void rmsNormBackwardRow(
            MemorySegment x,
            MemorySegment weight,
            float scale,
            float pull,
            MemorySegment dy,
            MemorySegment dx,
            int width) {
        FloatVector scales = broadcast(scale);
        FloatVector minusPull = broadcast(-pull);
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            FloatVector g = load(dy, c).mul(load(weight, c));
            FloatVector bracket = load(x, c).fma(minusPull, g);
            store(bracket.fma(scales, load(dx, c)), dx, c);
        }
        for (; c < width; c++) {
            float g = at(dy, c) * at(weight, c);
            float bracket = Math.fma(at(x, c), -pull, g);
            put(dx, c, Math.fma(bracket, scale, at(dx, c)));
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
        int count = to - from;
        MemorySegment target = slice(dWeight, from, count);
        for (int r = 0; r < rows; r++) {
            long first = (long) r * width + from;
            addScaledProduct(slice(dy, first, count), slice(x, first, count), at(rstd, r), target, count);
        }
    }

    private static void addScaledProduct(MemorySegment a, MemorySegment b, float scale, MemorySegment sum, int n) {
        FloatVector scales = broadcast(scale);
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(a, i).mul(load(b, i)).fma(scales, load(sum, i)), sum, i);
        }
        for (; i < n; i++) {
            put(sum, i, Math.fma(at(a, i) * at(b, i), scale, at(sum, i)));
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
            for (int head = 0; head < heads; head++) {
                ropeHead(xRow, head * headSize, half, cosRow, sinRow, direction);
            }
        }
    }

    private static void ropeHead(
            MemorySegment x, int first, int half, MemorySegment cos, MemorySegment sin, float direction) {
        int second = first + half;
        int j = 0;
        for (; j < SPECIES.loopBound(half); j += LANES) {
            FloatVector c = load(cos, j);
            FloatVector s = load(sin, j).mul(direction);
            FloatVector a = load(x, first + j);
            FloatVector b = load(x, second + j);
            store(a.fma(c, b.mul(s).neg()), x, first + j);
            store(b.fma(c, a.mul(s)), x, second + j);
        }
        for (; j < half; j++) {
            float c = at(cos, j);
            float s = at(sin, j) * direction;
            float a = at(x, first + j);
            float b = at(x, second + j);
            put(x, first + j, Math.fma(a, c, -(b * s)));
            put(x, second + j, Math.fma(b, c, a * s));
        }
    }

    @Override
    public void swiGlu(MemorySegment gateUp, MemorySegment h, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            MemorySegment gateUpRow = row(gateUp, r, 2 * width, 2 * width);
            swiGluRow(slice(gateUpRow, 0, width), slice(gateUpRow, width, width), row(h, r, width, width), width);
        }
    }

    private static void swiGluRow(MemorySegment gate, MemorySegment up, MemorySegment h, int width) {
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            FloatVector g = load(gate, c);
            store(g.mul(VectorExp.sigmoid(g)).mul(load(up, c)), h, c);
        }
        for (; c < width; c++) {
            float g = at(gate, c);
            put(h, c, g * Exp.sigmoid(g) * at(up, c));
        }
    }

    @Override
    public void swiGluBackward(MemorySegment gateUp, MemorySegment dh, MemorySegment dGateUp, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            MemorySegment gateUpRow = row(gateUp, r, 2 * width, 2 * width);
            MemorySegment dGateUpRow = row(dGateUp, r, 2 * width, 2 * width);
            swiGluBackwardRow(
                    slice(gateUpRow, 0, width),
                    slice(gateUpRow, width, width),
                    row(dh, r, width, width),
                    slice(dGateUpRow, 0, width),
                    slice(dGateUpRow, width, width),
                    width);
        }
    }

    private static void swiGluBackwardRow(
            MemorySegment gate, MemorySegment up, MemorySegment dh, MemorySegment dGate, MemorySegment dUp, int width) {
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            FloatVector g = load(gate, c);
            FloatVector u = load(up, c);
            FloatVector d = load(dh, c);
            FloatVector sigmoid = VectorExp.sigmoid(g);
            FloatVector silu = g.mul(sigmoid);
            FloatVector slope = silu.fma(broadcast(1f).sub(sigmoid), sigmoid);
            store(d.mul(u).mul(slope), dGate, c);
            store(d.mul(silu), dUp, c);
        }
        for (; c < width; c++) {
            float g = at(gate, c);
            float u = at(up, c);
            float d = at(dh, c);
            float sigmoid = Exp.sigmoid(g);
            float silu = g * sigmoid;
            float slope = Math.fma(silu, 1f - sigmoid, sigmoid);
            put(dGate, c, d * u * slope);
            put(dUp, c, d * silu);
        }
    }

    @Override
    public void softmax(
            MemorySegment scores, MemorySegment lse, float scale, int rows, int stride, int columns, int firstValid) {
        float[] lanes = new float[LANES];
        for (int r = 0; r < rows; r++) {
            int valid = ScalarKernels.valid(r, columns, firstValid);
            MemorySegment s = row(scores, r, stride, columns);
            float shift = max(s, valid, lanes) * scale;
            exponentials(s, scale, shift, valid);
            double sum = sum(s, valid, lanes);
            put(lse, r, (float) (shift + StrictMath.log(sum)));
            scaleBlock((float) (1 / sum), s, valid);
            zero(s, valid, columns);
        }
    }

    @Override
    public void softmaxFromLse(
            MemorySegment scores, MemorySegment lse, float scale, int rows, int stride, int columns, int firstValid) {
        for (int r = 0; r < rows; r++) {
            int valid = ScalarKernels.valid(r, columns, firstValid);
            MemorySegment s = row(scores, r, stride, columns);
            exponentials(s, scale, at(lse, r), valid);
            zero(s, valid, columns);
        }
    }

    /** {@code s = exp(scale · s - shift)} */
    private static void exponentials(MemorySegment s, float scale, float shift, int n) {
        FloatVector scales = broadcast(scale);
        FloatVector minusShift = broadcast(-shift);
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(VectorExp.exp(load(s, i).fma(scales, minusShift)), s, i);
        }
        for (; i < n; i++) {
            put(s, i, Exp.exp(Math.fma(at(s, i), scale, -shift)));
        }
    }

    @Override
    public void softmaxBackward(
            MemorySegment p,
            MemorySegment dp,
            MemorySegment delta,
            float scale,
            int rows,
            int stride,
            int columns,
            int firstValid) {
        for (int r = 0; r < rows; r++) {
            int valid = ScalarKernels.valid(r, columns, firstValid);
            MemorySegment dpRow = row(dp, r, stride, columns);
            softmaxBackwardRow(row(p, r, stride, columns), dpRow, at(delta, r), scale, valid);
            zero(dpRow, valid, columns);
        }
    }

    private static void softmaxBackwardRow(MemorySegment p, MemorySegment dp, float delta, float scale, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(p, i).mul(scale).mul(load(dp, i).sub(delta)), dp, i);
        }
        for (; i < n; i++) {
            put(dp, i, at(p, i) * scale * (at(dp, i) - delta));
        }
    }

    @Override
    public void rowDots(
            MemorySegment a, int strideA, MemorySegment b, int strideB, MemorySegment out, int rows, int width) {
        float[] lanes = new float[LANES];
        for (int r = 0; r < rows; r++) {
            put(out, r, (float) dot(row(a, r, strideA, width), row(b, r, strideB, width), width, lanes));
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
            double @Nullable [] lse) {
        float[] lanes = new float[LANES];
        float[] block = new float[EXPONENTIALS];
        for (int r = 0; r < rows; r++) {
            MemorySegment x = row(logits, r, width, width);
            float max = max(x, width, lanes);
            double logSumExp = max + StrictMath.log(sumOfExponentials(x, max, width, block, lanes));
            logp[first + r] = at(x, targets[first + r]) - logSumExp;
            if (lse != null) {
                lse[first + r] = logSumExp;
            }
        }
    }

    /**
     * {@code Σ exp(x - shift)}. A block's exponentials first, then their sum: with all four in one loop C2 no longer inlines everything,
     * and the whole takes ten times as long.
     *
     * @param block scratch of a multiple of {@code UNROLL * LANES}
     */
    private static double sumOfExponentials(MemorySegment x, float shift, int n, float[] block, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int whole = wholeMultiple(n, UNROLL * LANES);
        for (int from = 0; from < whole; from += block.length) {
            int count = Math.min(block.length, whole - from);
            exponentials(x, from, shift, count, block);
            for (int i = 0; i < count; i += UNROLL * LANES) {
                s0 = s0.add(FloatVector.fromArray(SPECIES, block, i));
                s1 = s1.add(FloatVector.fromArray(SPECIES, block, i + LANES));
                s2 = s2.add(FloatVector.fromArray(SPECIES, block, i + 2 * LANES));
                s3 = s3.add(FloatVector.fromArray(SPECIES, block, i + 3 * LANES));
            }
        }
        int i = whole;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = s0.add(VectorExp.exp(load(x, i).sub(shift)));
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder += Exp.exp(at(x, i) - shift);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    /** {@code to[i] = exp(x[from + i] - shift)} of whole vectors. */
    private static void exponentials(MemorySegment x, int from, float shift, int count, float[] to) {
        for (int i = 0; i < count; i += LANES) {
            VectorExp.exp(load(x, from + i).sub(shift)).intoArray(to, i);
        }
    }

    @Override
    public void logProbsBackward(
            MemorySegment logits, int rows, int width, int[] targets, int first, double[] lse, double[] slopes) {
        for (int r = 0; r < rows; r++) {
            MemorySegment x = row(logits, r, width, width);
            double logSumExp = lse[first + r];
            double slope = slopes[first + r];
            int target = targets[first + r];
            float ofTarget = (float) (-slope * StrictMath.expm1(at(x, target) - logSumExp));
            float high = (float) logSumExp;
            float low = (float) (logSumExp - high);
            scaledProbabilities(x, high, low, (float) -slope, width);
            put(x, target, ofTarget);
        }
    }

    /** {@code x = exp(x - high - low) · factor} */
    private static void scaledProbabilities(MemorySegment x, float high, float low, float factor, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(VectorExp.exp(load(x, i).sub(high).sub(low)).mul(factor), x, i);
        }
        for (; i < n; i++) {
            put(x, i, Exp.exp(at(x, i) - high - low) * factor);
        }
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
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            adamWBlock(
                    slice(w, from, count),
                    slice(g, from, count),
                    slice(m, from, count),
                    slice(v, from, count),
                    count,
                    f);
        }
    }

    private static void adamWBlock(
            MemorySegment w, MemorySegment g, MemorySegment m, MemorySegment v, int n, AdamWFactors f) {
        FloatVector gain1 = broadcast(f.gain1());
        FloatVector minusStep = broadcast(-f.step());
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            FloatVector gradient = load(g, i).mul(f.gradientScale());
            FloatVector m0 = load(m, i);
            FloatVector m1 = gradient.sub(m0).fma(gain1, m0);
            FloatVector v1 = gradient.mul(f.gain2()).fma(gradient, load(v, i).mul(f.beta2()));
            FloatVector denominator =
                    v1.lanewise(VectorOperators.SQRT).div(f.rootCorrection2()).add(f.eps());
            store(m1, m, i);
            store(v1, v, i);
            store(m1.div(denominator).fma(minusStep, load(w, i).mul(f.keep())), w, i);
        }
        for (; i < n; i++) {
            ScalarKernels.adamW(w, g, m, v, i, f);
        }
    }

    private static double dot(MemorySegment a, MemorySegment b, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * LANES); i += UNROLL * LANES) {
            s0 = load(a, i).fma(load(b, i), s0);
            s1 = load(a, i + LANES).fma(load(b, i + LANES), s1);
            s2 = load(a, i + 2 * LANES).fma(load(b, i + 2 * LANES), s2);
            s3 = load(a, i + 3 * LANES).fma(load(b, i + 3 * LANES), s3);
        }
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = load(a, i).fma(load(b, i), s0);
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder = Math.fma(at(a, i), at(b, i), remainder);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    private static double sum(MemorySegment x, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * LANES); i += UNROLL * LANES) {
            s0 = s0.add(load(x, i));
            s1 = s1.add(load(x, i + LANES));
            s2 = s2.add(load(x, i + 2 * LANES));
            s3 = s3.add(load(x, i + 3 * LANES));
        }
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = s0.add(load(x, i));
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder += at(x, i);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    /** The order of a maximum does not matter; two vectors hide most of its wait. */
    private static float max(MemorySegment x, int n, float[] lanes) {
        FloatVector m0 = broadcast(Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        int i = 0;
        for (; i < wholeMultiple(n, 2 * LANES); i += 2 * LANES) {
            m0 = m0.max(load(x, i));
            m1 = m1.max(load(x, i + LANES));
        }
        m0.max(m1).intoArray(lanes, 0);
        float max = Float.NEGATIVE_INFINITY;
        for (float lane : lanes) {
            max = Math.max(max, lane);
        }
        for (; i < n; i++) {
            max = Math.max(max, at(x, i));
        }
        return max;
    }

    private static double total(
            FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, float remainder, float[] lanes) {
        s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
        return LaneOrder.total(lanes, remainder);
    }

    private static FloatVector load(MemorySegment segment, int index) {
        return FloatVector.fromMemorySegment(SPECIES, segment, (long) index << 2, ORDER);
    }

    private static void store(FloatVector vector, MemorySegment segment, int index) {
        vector.intoMemorySegment(segment, (long) index << 2, ORDER);
    }

    private static DoubleVector loadDoubles(MemorySegment segment, int index) {
        FloatVector floats = FloatVector.fromMemorySegment(HALF, segment, (long) index << 2, ORDER);
        return (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    private static int blockSize(long n, long from) {
        return (int) Math.min(BLOCK, n - from);
    }
}
