package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.max;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Floats.zero;

import java.lang.foreign.MemorySegment;

/** {@link VectorSoftmax} as plain loops. */
final class ScalarSoftmax {

    private ScalarSoftmax() {}

    static void softmax(
            MemorySegment scores,
            MemorySegment lse,
            float scale,
            int rows,
            int stride,
            int columns,
            int firstValid,
            int lanes) {
        for (int r = 0; r < rows; r++) {
            int valid = valid(r, columns, firstValid);
            MemorySegment s = row(scores, r, stride, columns);
            float shift = max(s, valid) * scale;

            float[] sums = new float[LaneOrder.partials(lanes)];
            for (int c = 0; c < valid; c++) {
                float e = Exp.exp(Math.fma(at(s, c), scale, -shift)); // exp(scale · s - max), at most 1
                put(s, c, e);
                int k = LaneOrder.partial(c, valid, lanes);
                sums[k] += e;
            }
            double sum = LaneOrder.total(sums);
            put(lse, r, (float) (shift + StrictMath.log(sum)));

            float normalizer = (float) (1 / sum);
            for (int c = 0; c < valid; c++) {
                put(s, c, at(s, c) * normalizer);
            }
            zero(s, valid, columns);
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
            int valid = valid(r, columns, firstValid);
            MemorySegment s = row(scores, r, stride, columns);
            MemorySegment dpRow = row(dp, r, stride, columns);
            for (int c = 0; c < valid; c++) {
                float p = Exp.exp(Math.fma(at(s, c), scale, -at(lse, r))); // exp(scale · s - lse)
                put(s, c, p);
                put(dpRow, c, p * scale * (at(dpRow, c) - at(delta, r))); // scale · p · (dp - delta)
            }
            zero(s, valid, columns);
            zero(dpRow, valid, columns);
        }
    }

    /** How many columns of a masked row count. */
    static int valid(int row, int columns, int firstValid) {
        return Math.clamp((long) firstValid + row, 0, columns);
    }
}
