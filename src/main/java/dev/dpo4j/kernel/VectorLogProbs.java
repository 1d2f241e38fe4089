package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.LaneOrder.UNROLL;
import static dev.dpo4j.kernel.LaneOrder.wholeMultiple;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.max;
import static dev.dpo4j.kernel.Vectors.store;
import static dev.dpo4j.kernel.Vectors.total;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/** Log-probabilities of given tokens and the logits' gradient, a row at a time. */
final class VectorLogProbs {

    /** Exponentials that are computed at a time before they are added. */
    private static final int EXPONENTIALS = 1 << 10;

    private VectorLogProbs() {}

    static void logProbs(
            MemorySegment logits,
            int rows,
            int width,
            int[] targets,
            int first,
            double[] logp,
            double @Nullable [] lse,
            @Nullable TokenFigures figures) {
        float[] lanes = new float[LANES];
        float[] block = new float[EXPONENTIALS];
        VectorTokenSums sums = new VectorTokenSums();
        for (int r = 0; r < rows; r++) {
            MemorySegment x = row(logits, r, width, width);
            float max = max(x, width, lanes);
            double sum;
            if (figures == null) {
                sum = sumOfExponentials(x, max, width, block, lanes);
            } else {
                sums.add(x, max, width, block);
                sum = sums.exponentials();
                figures.entropy()[first + r] = StrictMath.log(sum) - sums.products() / sum;
                figures.meanLogit()[first + r] = max + sums.differences() / width;
                figures.greedy()[first + r] = Floats.isFirst(x, targets[first + r], max);
            }
            double logSumExp = max + StrictMath.log(sum);
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

    static void logSumOfSquares(MemorySegment logits, int rows, int width, int first, double[] lse, double[] out) {
        float[] lanes = new float[LANES];
        float[] block = new float[EXPONENTIALS];
        for (int r = 0; r < rows; r++) {
            MemorySegment x = row(logits, r, width, width);
            float max = max(x, width, lanes);
            double squares = sumOfSquaredExponentials(x, max, width, block, lanes);
            out[first + r] = StrictMath.log(squares) + 2 * (max - lse[first + r]);
        }
    }

    /** {@code Σ exp(x - shift)²}, in the manner of {@link #sumOfExponentials}. */
    private static double sumOfSquaredExponentials(MemorySegment x, float shift, int n, float[] block, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int whole = wholeMultiple(n, UNROLL * LANES);
        for (int from = 0; from < whole; from += block.length) {
            int count = Math.min(block.length, whole - from);
            exponentials(x, from, shift, count, block);
            for (int i = 0; i < count; i += UNROLL * LANES) {
                s0 = s0.add(square(FloatVector.fromArray(SPECIES, block, i)));
                s1 = s1.add(square(FloatVector.fromArray(SPECIES, block, i + LANES)));
                s2 = s2.add(square(FloatVector.fromArray(SPECIES, block, i + 2 * LANES)));
                s3 = s3.add(square(FloatVector.fromArray(SPECIES, block, i + 3 * LANES)));
            }
        }
        int i = whole;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = s0.add(square(VectorExp.exp(load(x, i).sub(shift))));
        }
        float remainder = 0;
        for (; i < n; i++) {
            float e = Exp.exp(at(x, i) - shift);
            remainder += e * e;
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    private static FloatVector square(FloatVector x) {
        return x.mul(x);
    }

    /** {@code to[i] = exp(x[from + i] - shift)} of whole vectors. */
    static void exponentials(MemorySegment x, int from, float shift, int count, float[] to) {
        for (int i = 0; i < count; i += LANES) {
            VectorExp.exp(load(x, from + i).sub(shift)).intoArray(to, i);
        }
    }

    static void logProbsBackward(
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
}
