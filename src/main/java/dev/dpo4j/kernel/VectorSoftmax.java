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
            int valid = ScalarKernels.valid(r, columns, firstValid);
            MemorySegment s = row(scores, r, stride, columns);
            float shift = max(s, valid, lanes) * scale;
            exponentials(s, scale, shift, valid);
            double sum = sum(s, valid, lanes);
            put(lse, r, (float) (shift + StrictMath.log(sum)));
            VectorElementwise.scaleBlock((float) (1 / sum), s, valid);
            zero(s, valid, columns);
        }
    }

    static void softmaxFromLse(
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

    static void softmaxBackward(
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
}
