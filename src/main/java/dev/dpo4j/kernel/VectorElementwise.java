package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.LaneOrder.BLOCK;
import static dev.dpo4j.kernel.LaneOrder.UNROLL;
import static dev.dpo4j.kernel.LaneOrder.wholeMultiple;
import static dev.dpo4j.kernel.Vectors.DOUBLES;
import static dev.dpo4j.kernel.Vectors.DOUBLE_LANES;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.blockSize;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.loadDoubles;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/** Sums of whole arrays and of their squares, a block at a time. */
final class VectorElementwise {

    private VectorElementwise() {}

    static void add(MemorySegment x, MemorySegment y, long n) {
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            addBlock(slice(x, from, count), slice(y, from, count), count);
        }
    }

    private static void addBlock(MemorySegment x, MemorySegment y, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            store(load(y, i).add(load(x, i)), y, i);
        }
        for (; i < n; i++) {
            put(y, i, at(y, i) + at(x, i));
        }
    }

    static double sumOfSquares(MemorySegment x, long n) {
        double[] lanes = new double[DOUBLE_LANES];
        double sum = 0;
        for (long from = 0; from < n; from += BLOCK) {
            int count = blockSize(n, from);
            sum += sumOfSquaresBlock(slice(x, from, count), count, lanes);
        }
        return sum;
    }

    private static double sumOfSquaresBlock(MemorySegment x, int n, double[] lanes) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * DOUBLE_LANES); i += UNROLL * DOUBLE_LANES) {
            DoubleVector x0 = loadDoubles(x, i);
            DoubleVector x1 = loadDoubles(x, i + DOUBLE_LANES);
            DoubleVector x2 = loadDoubles(x, i + 2 * DOUBLE_LANES);
            DoubleVector x3 = loadDoubles(x, i + 3 * DOUBLE_LANES);
            s0 = x0.fma(x0, s0);
            s1 = x1.fma(x1, s1);
            s2 = x2.fma(x2, s2);
            s3 = x3.fma(x3, s3);
        }
        for (; i < wholeMultiple(n, DOUBLE_LANES); i += DOUBLE_LANES) {
            DoubleVector x0 = loadDoubles(x, i);
            s0 = x0.fma(x0, s0);
        }
        double remainder = 0;
        for (; i < n; i++) {
            double value = at(x, i);
            remainder = Math.fma(value, value, remainder);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
        return LaneOrder.total(lanes, remainder);
    }
}
