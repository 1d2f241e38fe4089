package dev.dpo4j.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Runs every kernel on seeded data and tells what each of them wrote, whole segments to the bit. */
final class EveryKernel {

    private static final int ROWS = 3;
    private static final int PADDING = 5;

    private final Kernels kernels;
    private final int width;
    private final Random random;
    private final Map<String, long[]> bits = new TreeMap<>();

    private EveryKernel(Kernels kernels, int width) {
        this.kernels = kernels;
        this.width = width;
        this.random = new Random(width);
    }

    /** What each kernel wrote: the bits of all its outputs, one after the other; all NaN are one. */
    static Map<String, long[]> outputs(Kernels kernels, int width) {
        EveryKernel run = new EveryKernel(kernels, width);
        run.elementWise();
        run.product();
        run.moved();
        run.rmsNorm();
        run.rope();
        run.swiGlu();
        run.softmax();
        run.rowDots();
        run.logProbs();
        run.adamW();
        return run.bits;
    }

    private void elementWise() {
        MemorySegment x = gaussian(width);
        MemorySegment y = gaussian(width);
        kernels.add(x, y, width);
        wrote("add", y);
        wrote("sumOfSquares", kernels.sumOfSquares(x, width));
    }

    /** Two tiles and a row; the terms at once, and in two parts. */
    private void product() {
        int rows = 13;
        int columns = kernels.panelColumns();
        MemorySegment a = gaussian(rows * (width + PADDING));
        MemorySegment b = gaussian(width * columns);
        MemorySegment c = gaussian(rows * (columns + PADDING));
        kernels.product(false, a, width + PADDING, b, null, c, columns + PADDING, rows, width);
        wrote("product", c);
        int first = width / 2;
        MemorySegment inParts = gaussian(rows * (columns + PADDING));
        MemorySegment behind = Floats.slice(a, first, rows * (width + PADDING) - first);
        MemorySegment panelBehind = Floats.slice(b, (long) first * columns, (width - first) * columns);
        kernels.product(false, a, width + PADDING, b, null, inParts, columns + PADDING, rows, first);
        kernels.product(
                false, behind, width + PADDING, panelBehind, inParts, inParts, columns + PADDING, rows, width - first);
        wrote("product in parts", inParts);
        kernels.product(false, a, width + PADDING, b, c, c, columns + PADDING, rows, width);
        wrote("product added", c);
        MemorySegment d = gaussian(rows * (columns + PADDING));
        kernels.product(false, a, width + PADDING, b, d, c, columns + PADDING, rows, width);
        wrote("product added to another", c);
        int transposedStride = rows + PADDING;
        MemorySegment transposed = gaussian(width * transposedStride);
        kernels.product(true, transposed, transposedStride, b, null, c, columns + PADDING, rows, width);
        wrote("product transposed", c);
        kernels.product(true, transposed, transposedStride, b, c, c, columns + PADDING, rows, width);
        wrote("product transposed and added", c);
    }

    private void moved() {
        int rows = 35;
        MemorySegment x = gaussian(rows * (width + PADDING));
        MemorySegment y = gaussian(width * (rows + 1));
        kernels.transpose(x, width + PADDING, rows, width, y, rows + 1);
        wrote("transpose", y);
        MemorySegment copy = gaussian(rows * (width + 1));
        kernels.copy(x, width + PADDING, rows, width, copy, width + 1);
        wrote("copy", copy);
    }

    private void rmsNorm() {
        MemorySegment x = gaussian(ROWS * width);
        MemorySegment weight = gaussian(width);
        MemorySegment y = gaussian(ROWS * width);
        MemorySegment rstd = OffHeap.zeros(ROWS);
        kernels.rmsNorm(x, weight, 1e-5f, y, rstd, ROWS, width);
        wrote("rmsNorm", y, rstd);

        MemorySegment dy = gaussian(ROWS * width);
        MemorySegment dx = gaussian(ROWS * width);
        kernels.rmsNormBackward(x, weight, rstd, dy, dx, ROWS, width);
        wrote("rmsNormBackward", dx);

        MemorySegment dWeight = gaussian(width);
        int split = width / 3;
        kernels.rmsNormWeightGradient(x, rstd, dy, dWeight, ROWS, width, 0, split);
        kernels.rmsNormWeightGradient(x, rstd, dy, dWeight, ROWS, width, split, width);
        wrote("rmsNormWeightGradient", dWeight);
    }

    private void rope() {
        int half = width;
        int heads = 2;
        int stride = heads * 2 * half + PADDING;
        MemorySegment cos = gaussian(4 * half);
        MemorySegment sin = gaussian(4 * half);
        int[] positions = {0, 3, 0, 2};
        MemorySegment x = gaussian(ROWS * stride);
        kernels.rope(x, ROWS, stride, heads, 2 * half, cos, sin, positions, 1, false);
        wrote("rope", x);
        kernels.rope(x, ROWS, stride, heads, 2 * half, cos, sin, positions, 1, true);
        wrote("rope inverse", x);
    }

    private void swiGlu() {
        MemorySegment gateUp = gaussian(ROWS * 2 * width);
        MemorySegment h = gaussian(ROWS * width);
        kernels.swiGlu(gateUp, h, ROWS, width);
        wrote("swiGlu", h);
        MemorySegment dh = gaussian(ROWS * width);
        MemorySegment dGateUp = gaussian(ROWS * 2 * width);
        kernels.swiGluBackward(gateUp, dh, dGateUp, ROWS, width);
        wrote("swiGluBackward", dGateUp);
        kernels.swiGluBackward(gateUp, dh, gateUp, ROWS, width);
        wrote("swiGluBackward in place", gateUp);
    }

    private void softmax() {
        int stride = width + PADDING;
        float scale = 0.125f;
        for (int firstValid : new int[] {1, width - 1, width + 7}) {
            MemorySegment scores = OffHeap.gaussian(random, ROWS * stride, 20);
            MemorySegment again = OffHeap.copy(scores);
            MemorySegment lse = OffHeap.zeros(ROWS);
            kernels.softmax(scores, lse, scale, ROWS, stride, width, firstValid);
            wrote("softmax " + firstValid, scores, lse);
            MemorySegment dp = gaussian(ROWS * stride);
            kernels.softmaxBackward(again, dp, lse, gaussian(ROWS), scale, ROWS, stride, width, firstValid);
            wrote("softmaxBackward " + firstValid, again, dp);
        }
    }

    private void rowDots() {
        MemorySegment out = OffHeap.zeros(ROWS);
        MemorySegment a = gaussian(ROWS * (width + PADDING));
        MemorySegment b = gaussian(ROWS * (width + 1));
        kernels.rowDots(a, width + PADDING, b, width + 1, out, ROWS, width);
        wrote("rowDots", out);
    }

    private void logProbs() {
        MemorySegment logits = OffHeap.gaussian(random, ROWS * width, 8);
        int[] targets = {-1, 0, width / 2, width - 1};
        double[] logp = new double[ROWS + 1];
        double[] lse = new double[ROWS + 1];
        TokenFigures figures = TokenFigures.of(ROWS + 1);
        kernels.logProbs(logits, ROWS, width, targets, 1, logp, lse, figures);
        wrote("logProbs", logp);
        wrote("logProbs lse", lse);
        wrote("logSquares", figures.logSquares());
        wrote("entropy", figures.entropy());
        wrote("mean logit", figures.meanLogit());
        kernels.logProbsBackward(logits, ROWS, width, targets, 1, lse, new double[] {9, 0.5, -0.1, 0.3});
        wrote("logProbsBackward", logits);
    }

    private void adamW() {
        MemorySegment w = gaussian(width);
        MemorySegment g = gaussian(width);
        MemorySegment m = gaussian(width);
        MemorySegment v = OffHeap.zeros(width);
        for (int step = 1; step <= 2; step++) {
            double correction1 = 1 - Math.pow(0.9, step);
            double correction2 = 1 - Math.pow(0.999, step);
            kernels.adamW(w, g, m, v, width, 0.8f, 1e-2, 0.9, 0.999, 1e-8, 0.01, correction1, correction2);
        }
        wrote("adamW", w, g, m, v);
    }

    private MemorySegment gaussian(int n) {
        return OffHeap.gaussian(random, n, 2);
    }

    private void wrote(String name, MemorySegment... segments) {
        long[] all = {};
        for (MemorySegment segment : segments) {
            all = concatenated(all, OffHeap.doubles(segment));
        }
        bits.put(name, all);
    }

    private void wrote(String name, double... values) {
        bits.put(name, concatenated(new long[0], values));
    }

    private static long[] concatenated(long[] head, double[] tail) {
        long[] all = Arrays.copyOf(head, head.length + tail.length);
        for (int i = 0; i < tail.length; i++) {
            all[head.length + i] = Double.doubleToLongBits(tail[i]);
        }
        return all;
    }
}
