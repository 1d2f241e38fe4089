package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.LaneOrder.UNROLL;
import static dev.dpo4j.kernel.LaneOrder.wholeMultiple;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.broadcast;
import static dev.dpo4j.kernel.Vectors.dot;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;
import static dev.dpo4j.kernel.Vectors.total;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** RMSNorm and its gradients, a row at a time. */
final class VectorRmsNorm {

    private VectorRmsNorm() {}

    static void rmsNorm(
            MemorySegment x,
            MemorySegment weight,
            float eps,
            MemorySegment y,
            MemorySegment rstd,
            int rows,
            int width) {
        float[] lanes = new float[LANES];
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            float scale = (float) (1 / Math.sqrt(dot(xRow, xRow, width, lanes) / width + eps));
            put(rstd, r, scale);
            rmsNormRow(xRow, slice(weight, 0, width), scale, row(y, r, width, width), width);
        }
    }

    private static void rmsNormRow(MemorySegment x, MemorySegment weight, float scale, MemorySegment y, int width) {
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            store(load(x, c).mul(scale).mul(load(weight, c)), y, c);
        }
        for (; c < width; c++) {
            put(y, c, at(x, c) * scale * at(weight, c));
        }
    }

    static void rmsNormBackward(
            MemorySegment x,
            MemorySegment weight,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dx,
            int rows,
            int width) {
        float[] lanes = new float[LANES];
        MemorySegment weightRow = slice(weight, 0, width);
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, width, width);
            MemorySegment dyRow = row(dy, r, width, width);
            float scale = at(rstd, r);
            float pull = (float) ((double) scale * scale * weightedDot(dyRow, weightRow, xRow, width, lanes) / width);
            rmsNormBackwardRow(xRow, weightRow, scale, pull, dyRow, row(dx, r, width, width), width);
        }
    }

    private static double weightedDot(MemorySegment dy, MemorySegment weight, MemorySegment x, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * LANES); i += UNROLL * LANES) {
            int i1 = i + LANES;
            int i2 = i + 2 * LANES;
            int i3 = i + 3 * LANES;
            s0 = load(dy, i).mul(load(weight, i)).fma(load(x, i), s0);
            s1 = load(dy, i1).mul(load(weight, i1)).fma(load(x, i1), s1);
            s2 = load(dy, i2).mul(load(weight, i2)).fma(load(x, i2), s2);
            s3 = load(dy, i3).mul(load(weight, i3)).fma(load(x, i3), s3);
        }
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = load(dy, i).mul(load(weight, i)).fma(load(x, i), s0);
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder = Math.fma(at(dy, i) * at(weight, i), at(x, i), remainder);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    private static void rmsNormBackwardRow(
            MemorySegment x,
            MemorySegment weight,
            float scale,
            float pull,
            MemorySegment dy,
            MemorySegment dx,
            int width) {
        FloatVector scales = broadcast(scale);
        FloatVector minusPull = broadcast(-pull);
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            FloatVector g = load(dy, c).mul(load(weight, c));
            FloatVector bracket = load(x, c).fma(minusPull, g);
            store(bracket.fma(scales, load(dx, c)), dx, c);
        }
        for (; c < width; c++) {
            float g = at(dy, c) * at(weight, c);
            float bracket = Math.fma(at(x, c), -pull, g);
            put(dx, c, Math.fma(bracket, scale, at(dx, c)));
        }
    }

    static void rmsNormWeightGradient(
            MemorySegment x,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dWeight,
            int rows,
            int width,
            int from,
            int to) {
        int count = to - from;
        MemorySegment target = slice(dWeight, from, count);
        for (int r = 0; r < rows; r++) {
            long first = (long) r * width + from;
            addScaledProduct(slice(dy, first, count), slice(x, first, count), at(rstd, r), target, count);
        }
    }

    private static void addScaledProduct(MemorySegment a, MemorySegment b, float scale, MemorySegment sum, int n) {
        FloatVector scales = broadcast(scale);
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(a, i).mul(load(b, i)).fma(scales, load(sum, i)), sum, i);
        }
        for (; i < n; i++) {
            put(sum, i, Math.fma(at(a, i) * at(b, i), scale, at(sum, i)));
        }
    }
}
