package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Floats.zero;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.broadcast;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.max;
import static dev.dpo4j.kernel.Vectors.store;
import static dev.dpo4j.kernel.Vectors.sum;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Attention's softmax and its gradient, a row at a time. */
final class VectorSoftmax {

    private VectorSoftmax() {}

    static void softmax(
            MemorySegment scores, MemorySegment lse, float scale, int rows, int stride, int columns, int firstValid) {
        float[] lanes = new float[LANES];
        for (int r = 0; r < rows; r++) {
            int valid = ScalarSoftmax.valid(r, columns, firstValid);
            MemorySegment s = row(scores, r, stride, columns);
            float shift = max(s, valid) * scale;
            exponentials(s, scale, shift, valid);
            double sum = sum(s, valid, lanes);
            put(lse, r, (float) (shift + StrictMath.log(sum)));
            multiply(s, (float) (1 / sum), valid);
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

    /** {@code s *= factor} */
    private static void multiply(MemorySegment s, float factor, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(s, i).mul(factor), s, i);
        }
        for (; i < n; i++) {
            put(s, i, at(s, i) * factor);
        }
    }

    static void softmaxBackward(
            MemorySegment scores,
            MemorySegment dp,
            MemorySegment lse,
            MemorySegment delta,
            float scale,
            int rows,
            int stride,
            int columns,
            int firstValid) {
        for (int r = 0; r < rows; r++) {
            int valid = ScalarSoftmax.valid(r, columns, firstValid);
            MemorySegment dpRow = row(dp, r, stride, columns);
            MemorySegment s = row(scores, r, stride, columns);
            softmaxBackwardRow(s, dpRow, at(lse, r), at(delta, r), scale, valid);
            zero(s, valid, columns);
            zero(dpRow, valid, columns);
        }
    }

    private static void softmaxBackwardRow(
            MemorySegment s, MemorySegment dp, float lse, float delta, float scale, int n) {
        FloatVector scales = broadcast(scale);
        FloatVector minusLse = broadcast(-lse);
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            FloatVector p = VectorExp.exp(load(s, i).fma(scales, minusLse));
            store(p, s, i);
            store(p.mul(scales).mul(load(dp, i).sub(delta)), dp, i);
        }
        for (; i < n; i++) {
            float p = Exp.exp(Math.fma(at(s, i), scale, -lse));
            put(s, i, p);
            put(dp, i, p * scale * (at(dp, i) - delta));
        }
    }
}
