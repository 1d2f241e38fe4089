package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdamWTest {

    private static final double LR = 1e-3;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final double DECAY = 0.1;

    private final Kernels kernels = new ScalarKernels(4);

    /** The first step moves every weight by lr against its gradient, whatever that is: m / correction1 = g, sqrt(v / correction2) = |g|. */
    @Test
    void theFirstStepIsTheLearningRate() {
        MemorySegment w = OffHeap.of(1, 1, 1);
        step(w, OffHeap.of(0.5f, -20, 1e-3f), OffHeap.zeros(3), OffHeap.zeros(3), 1, 1, 0);
        assertThat(OffHeap.floats(w)).containsExactly(new float[] {0.999f, 1.001f, 0.999f}, within(1e-6f));
    }

    @Test
    void decayShrinksAWeightWithoutGradient() {
        MemorySegment w = OffHeap.of(2);
        step(w, OffHeap.of(0), OffHeap.zeros(1), OffHeap.zeros(1), 1, 1, DECAY);
        assertThat(OffHeap.floats(w)).containsExactly(2 * (float) (1 - LR * DECAY));
    }

    @Test
    void followsTorchOverManySteps() {
        int n = 37;
        Random random = new Random(3);
        MemorySegment w = OffHeap.gaussian(random, n, 1);
        MemorySegment m = OffHeap.zeros(n);
        MemorySegment v = OffHeap.zeros(n);
        double[] w64 = OffHeap.doubles(w);
        double[] m64 = new double[n];
        double[] v64 = new double[n];
        float clip = 0.7f;

        for (int step = 1; step <= 20; step++) {
            MemorySegment g = OffHeap.gaussian(random, n, 0.01);
            step(w, g, m, v, step, clip, DECAY);
            for (int i = 0; i < n; i++) {
                double gradient = (double) clip * Floats.at(g, i);
                w64[i] *= 1 - LR * DECAY;
                m64[i] += (1 - BETA1) * (gradient - m64[i]);
                v64[i] = BETA2 * v64[i] + (1 - BETA2) * gradient * gradient;
                double denominator = Math.sqrt(v64[i]) / Math.sqrt(1 - Math.pow(BETA2, step)) + EPS;
                w64[i] -= LR / (1 - Math.pow(BETA1, step)) * m64[i] / denominator;
            }
        }

        assertThat(OffHeap.doubles(w)).containsExactly(w64, within(2e-6));
        assertThat(OffHeap.doubles(m)).containsExactly(m64, within(1e-8));
        assertThat(OffHeap.doubles(v)).containsExactly(v64, within(1e-10));
    }

    private void step(
            MemorySegment w, MemorySegment g, MemorySegment m, MemorySegment v, int step, float clip, double decay) {
        double correction1 = 1 - Math.pow(BETA1, step);
        double correction2 = 1 - Math.pow(BETA2, step);
        int n = (int) (w.byteSize() / Float.BYTES);
        kernels.adamW(w, g, m, v, n, clip, LR, BETA1, BETA2, EPS, decay, correction1, correction2);
    }
}
