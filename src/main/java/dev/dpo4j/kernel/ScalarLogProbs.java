package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.max;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;

import java.lang.foreign.MemorySegment;

/** {@link VectorLogProbs} as plain loops. */
final class ScalarLogProbs {

    private ScalarLogProbs() {}

    static void logProbs(
            MemorySegment logits,
            int rows,
            int width,
            int[] targets,
            int first,
            double[] logp,
            double[] lse,
            TokenFigures figures,
            int lanes) {
        for (int r = 0; r < rows; r++) {
            MemorySegment x = row(logits, r, width, width);
            float max = max(x, width);
            float[] sums = new float[LaneOrder.partials(lanes)];
            float[] squares = new float[sums.length];
            float[] products = new float[sums.length];
            float[] differences = new float[sums.length];
            for (int v = 0; v < width; v++) {
                int k = LaneOrder.partial(v, width, lanes);
                float difference = at(x, v) - max;
                float e = Exp.exp(difference);
                sums[k] += e;
                squares[k] = Math.fma(e, e, squares[k]);
                products[k] = Math.fma(e, difference, products[k]);
                differences[k] += difference;
            }
            double sum = LaneOrder.total(sums);
            double logSum = StrictMath.log(sum);
            lse[first + r] = max + logSum;
            logp[first + r] = at(x, targets[first + r]) - lse[first + r];
            figures.logSquares()[first + r] = StrictMath.log(LaneOrder.total(squares)) - 2 * logSum;
            // H = -Σ p (x - lse) = log Σ exp(x - max) - Σ p (x - max)
            figures.entropy()[first + r] = logSum - LaneOrder.total(products) / sum;
            figures.meanLogit()[first + r] = max + LaneOrder.total(differences) / width;
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
            // 1 - exp(logit - lse) without cancellation where the target is nearly certain
            float ofTarget = (float) (-slope * StrictMath.expm1(at(x, target) - logSumExp));
            // the log-sum-exp as two floats, so that its rounding does not scale a whole row
            float high = (float) logSumExp;
            float low = (float) (logSumExp - high);
            for (int v = 0; v < width; v++) {
                put(x, v, Exp.exp(at(x, v) - high - low) * (float) -slope);
            }
            put(x, target, ofTarget);
        }
    }
}
