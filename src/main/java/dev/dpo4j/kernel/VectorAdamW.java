package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.LaneOrder.BLOCK;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.blockSize;
import static dev.dpo4j.kernel.Vectors.broadcast;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The optimizer, a block at a time. */
final class VectorAdamW {

    private VectorAdamW() {}

    static void adamW(
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
}
