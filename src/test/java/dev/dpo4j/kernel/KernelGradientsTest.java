package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * Every backward kernel against central differences of its formula, written down a second time here in double: L is a weighted sum of
 * the outputs, so the weights are the gradient that arrives.
 */
class KernelGradientsTest {

    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 2e-6;

    private final Random random = new Random(42);
    private final Kernels kernels = new ScalarKernels(4);

    @Test
    void rmsNormGradients() {
        int rows = 3;
        int width = 37;
        float eps = 1e-5f;
        MemorySegment x = gaussian(rows * width);
        MemorySegment weight = gaussian(width);
        MemorySegment dy = gaussian(rows * width);
        MemorySegment y = OffHeap.zeros(rows * width);
        MemorySegment rstd = OffHeap.zeros(rows);
        MemorySegment dx = OffHeap.zeros(rows * width);
        MemorySegment dWeight = OffHeap.zeros(width);

        kernels.rmsNorm(x, weight, eps, y, rstd, rows, width);
        kernels.rmsNormBackward(x, weight, rstd, dy, dx, rows, width);
        kernels.rmsNormWeightGradient(x, rstd, dy, dWeight, rows, width, 0, 20);
        kernels.rmsNormWeightGradient(x, rstd, dy, dWeight, rows, width, 20, width);

        double[] weights = OffHeap.doubles(weight);
        double[] xs = OffHeap.doubles(x);
        assertClose(y, rmsNorm(xs, weights, eps, rows));
        assertClose(dx, differences(xs, at -> weighted(dy, rmsNorm(at, weights, eps, rows))));
        assertClose(dWeight, differences(weights, at -> weighted(dy, rmsNorm(xs, at, eps, rows))));
    }

    private static double[] rmsNorm(double[] x, double[] weight, double eps, int rows) {
        int width = weight.length;
        double[] y = new double[x.length];
        for (int r = 0; r < rows; r++) {
            double squares = 0;
            for (int c = 0; c < width; c++) {
                squares += x[r * width + c] * x[r * width + c];
            }
            for (int c = 0; c < width; c++) {
                y[r * width + c] = x[r * width + c] / Math.sqrt(squares / width + eps) * weight[c];
            }
        }
        return y;
    }

    @Test
    void gradientsOfParametersAndOfTheResidualStreamAreAddedTo() {
        MemorySegment x = OffHeap.of(1, 2, 3);
        MemorySegment one = OffHeap.of(1, 1, 1);
        MemorySegment rstd = OffHeap.of(0.5f);
        MemorySegment fresh = OffHeap.zeros(3);
        MemorySegment used = OffHeap.of(10, 20, 30);
        kernels.rmsNormBackward(x, one, rstd, one, fresh, 1, 3);
        kernels.rmsNormBackward(x, one, rstd, one, used, 1, 3);
        for (int c = 0; c < 3; c++) {
            assertThat(Floats.at(used, c) - Floats.at(fresh, c)).isCloseTo(10 * (c + 1), within(1e-5f));
        }
        kernels.rmsNormWeightGradient(x, rstd, one, used, 1, 3, 1, 2); // only column 1: + 1 · 2 · 0.5
        assertThat(Floats.at(used, 1) - Floats.at(fresh, 1)).isCloseTo(21, within(1e-5f));
        assertThat(Floats.at(used, 2) - Floats.at(fresh, 2)).isCloseTo(30, within(1e-5f));
    }

    @Test
    void ropeTurnedBackIsItsTransposeAndItsInverse() {
        int heads = 2;
        int headSize = 10;
        int half = headSize / 2;
        int width = heads * headSize;
        MemorySegment cos = OffHeap.zeros(2 * half);
        MemorySegment sin = OffHeap.zeros(2 * half);
        for (int i = 0; i < 2 * half; i++) {
            Floats.put(cos, i, (float) Math.cos(0.3 * i));
            Floats.put(sin, i, (float) Math.sin(0.3 * i));
        }
        MemorySegment x = gaussian(width);
        MemorySegment dy = gaussian(width);
        MemorySegment y = OffHeap.copy(x);
        MemorySegment dx = OffHeap.copy(dy);
        kernels.rope(y, 1, width, heads, headSize, cos, sin, new int[] {1}, 0, false);
        kernels.rope(dx, 1, width, heads, headSize, cos, sin, new int[] {1}, 0, true);

        double[] xs = OffHeap.doubles(x);
        assertClose(y, rope(xs, headSize, 1));
        assertClose(dx, differences(xs, at -> weighted(dy, rope(at, headSize, 1))));

        kernels.rope(y, 1, width, heads, headSize, cos, sin, new int[] {1}, 0, true);
        assertClose(y, xs);
    }

    private static double[] rope(double[] x, int headSize, int position) {
        int half = headSize / 2;
        double[] y = new double[x.length];
        for (int head = 0; head < x.length; head += headSize) {
            for (int j = 0; j < half; j++) {
                double angle = 0.3 * (position * half + j);
                double a = x[head + j];
                double b = x[head + half + j];
                y[head + j] = a * Math.cos(angle) - b * Math.sin(angle);
                y[head + half + j] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return y;
    }

    @Test
    void swiGluGradients() {
        int rows = 2;
        int width = 19;
        MemorySegment gateUp = gaussian(rows * 2 * width);
        MemorySegment dh = gaussian(rows * width);
        MemorySegment h = OffHeap.zeros(rows * width);
        MemorySegment dGateUp = OffHeap.zeros(rows * 2 * width);
        kernels.swiGlu(gateUp, h, rows, width);
        kernels.swiGluBackward(gateUp, dh, dGateUp, rows, width);

        double[] values = OffHeap.doubles(gateUp);
        assertClose(h, swiGlu(values, width));
        assertClose(dGateUp, differences(values, at -> weighted(dh, swiGlu(at, width))));
    }

    private static double[] swiGlu(double[] gateUp, int width) {
        double[] h = new double[gateUp.length / 2];
        for (int i = 0; i < h.length; i++) {
            double gate = gateUp[i / width * 2 * width + i % width];
            double up = gateUp[i / width * 2 * width + width + i % width];
            h[i] = gate / (1 + Math.exp(-gate)) * up;
        }
        return h;
    }

    @Test
    void softmaxGradients() {
        int rows = 4;
        int columns = 9;
        int firstValid = 3;
        float scale = 0.37f;
        MemorySegment scores = gaussian(rows * columns);
        MemorySegment dp = gaussian(rows * columns);
        MemorySegment p = OffHeap.copy(scores);
        MemorySegment again = OffHeap.copy(scores);
        MemorySegment lse = OffHeap.zeros(rows);
        kernels.softmax(p, lse, scale, rows, columns, columns, firstValid);
        MemorySegment delta = OffHeap.zeros(rows);
        kernels.rowDots(p, columns, dp, columns, delta, rows, columns);
        MemorySegment dScores = OffHeap.copy(dp);
        kernels.softmaxBackward(again, dScores, lse, delta, scale, rows, columns, columns, firstValid);

        double[] values = OffHeap.doubles(scores);
        assertClose(p, softmax(values, scale, columns, firstValid));
        assertClose(again, softmax(values, scale, columns, firstValid));
        assertClose(dScores, differences(values, at -> weighted(dp, softmax(at, scale, columns, firstValid))));
    }

    private static double[] softmax(double[] scores, double scale, int columns, int firstValid) {
        double[] p = new double[scores.length];
        for (int r = 0; r < scores.length / columns; r++) {
            double sum = 0;
            for (int c = 0; c < Math.min(columns, firstValid + r); c++) {
                p[r * columns + c] = Math.exp(scale * scores[r * columns + c]);
                sum += p[r * columns + c];
            }
            for (int c = 0; c < columns; c++) {
                p[r * columns + c] /= sum;
            }
        }
        return p;
    }

    @Test
    void logProbsGradients() {
        int rows = 3;
        int width = 23;
        int[] targets = {7, 0, 22, 5};
        double[] slopes = {Double.NaN, 0.4, -1.3, 2};
        MemorySegment logits = gaussian(rows * width);
        double[] values = OffHeap.doubles(logits);
        double[] logp = new double[4];
        double[] lse = new double[4];
        TokenFigures figures = TokenFigures.of(4);
        kernels.logProbs(logits, rows, width, targets, 1, logp, lse, figures);
        assertThat(OffHeap.doubles(logits)).as("read only").isEqualTo(values);
        for (int r = 1; r <= rows; r++) {
            double squares = 0;
            double entropy = 0;
            double sum = 0;
            for (int c = 0; c < width; c++) {
                double x = values[(r - 1) * width + c];
                double p = Math.exp(x - lse[r]);
                squares += p * p;
                entropy -= p * Math.log(p);
                sum += x;
            }
            assertThat(figures.logSquares()[r]).isCloseTo(Math.log(squares), within(TOLERANCE));
            assertThat(figures.entropy()[r]).isCloseTo(entropy, within(TOLERANCE));
            assertThat(figures.meanLogit()[r]).isCloseTo(sum / width, within(TOLERANCE));
        }
        kernels.logProbsBackward(logits, rows, width, targets, 1, lse, slopes);

        double[] expected = logProbs(values, width, targets, 1);
        for (int r = 1; r <= rows; r++) {
            assertThat(logp[r]).isCloseTo(expected[r], within(TOLERANCE));
        }
        assertClose(logits, differences(values, at -> {
            double[] of = logProbs(at, width, targets, 1);
            return slopes[1] * of[1] + slopes[2] * of[2] + slopes[3] * of[3];
        }));
    }

    private static double[] logProbs(double[] logits, int width, int[] targets, int first) {
        double[] logp = new double[targets.length];
        for (int r = 0; r < logits.length / width; r++) {
            double sum = 0;
            for (int c = 0; c < width; c++) {
                sum += Math.exp(logits[r * width + c]);
            }
            logp[first + r] = logits[r * width + targets[first + r]] - Math.log(sum);
        }
        return logp;
    }

    private MemorySegment gaussian(int n) {
        return OffHeap.gaussian(random, n, 1);
    }

    private static double weighted(MemorySegment weights, double[] outputs) {
        double sum = 0;
        for (int i = 0; i < outputs.length; i++) {
            sum += Floats.at(weights, i) * outputs[i];
        }
        return sum;
    }

    private static double[] differences(double[] at, ToDoubleFunction<double[]> loss) {
        double[] slopes = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] = at[i] + STEP;
            double above = loss.applyAsDouble(moved);
            moved[i] = at[i] - STEP;
            slopes[i] = (above - loss.applyAsDouble(moved)) / (2 * STEP);
        }
        return slopes;
    }

    /** Equal but for float rounding, relative to 1 or to the expected value if that is larger. */
    private static void assertClose(MemorySegment actual, double[] expected) {
        double[] values = OffHeap.doubles(actual);
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
        }
    }
}
