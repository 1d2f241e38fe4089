package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.max;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;

/** Log-probabilities of given tokens and the logits' gradient, a row at a time. */
final class VectorLogProbs {

    private VectorLogProbs() {}

    static void logProbs(
            MemorySegment logits,
            int rows,
            int width,
            int[] targets,
            int first,
            double[] logp,
            double[] lse,
            TokenFigures figures) {
        VectorTokenSums sums = new VectorTokenSums();
        for (int r = 0; r < rows; r++) {
            MemorySegment x = row(logits, r, width, width);
            float max = max(x, width);
            sums.add(x, max, width);
            double sum = sums.exponentials();
            double logSum = StrictMath.log(sum);
            lse[first + r] = max + logSum;
            logp[first + r] = at(x, targets[first + r]) - lse[first + r];
            figures.logSquares()[first + r] = StrictMath.log(sums.squares()) - 2 * logSum;
            figures.entropy()[first + r] = logSum - sums.products() / sum;
            figures.meanLogit()[first + r] = max + sums.differences() / width;
            figures.greedy()[first + r] = Floats.isFirst(x, targets[first + r], max);
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
