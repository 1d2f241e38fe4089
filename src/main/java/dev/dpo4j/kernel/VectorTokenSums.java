package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.LaneOrder.UNROLL;
import static dev.dpo4j.kernel.LaneOrder.wholeMultiple;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Over a row's differences {@code d = x - max}, in one pass: {@code Σ exp(d)}, {@code Σ exp(d)²}, {@code Σ exp(d) d} and {@code Σ d}. A
 * block's exponentials come first, then their sums, one vector of partial sums after the other: with everything in one loop C2 no longer
 * inlines it all, and the whole takes ten times as long; with all vectors of partial sums in one loop, twice as long.
 */
final class VectorTokenSums {

    /** Exponentials that are computed at a time before they are added. */
    private static final int BLOCK = 1 << 10;

    private final float[] block = new float[BLOCK];
    private final float[] exponentials = new float[LaneOrder.partials(LANES)];
    private final float[] squares = new float[exponentials.length];
    private final float[] products = new float[exponentials.length];
    private final float[] differences = new float[exponentials.length];

    /** Sums up a row of n elements. */
    void add(MemorySegment x, float max, int n) {
        Arrays.fill(exponentials, 0);
        Arrays.fill(squares, 0);
        Arrays.fill(products, 0);
        Arrays.fill(differences, 0);
        int whole = wholeMultiple(n, UNROLL * LANES);
        for (int from = 0; from < whole; from += BLOCK) {
            int count = Math.min(BLOCK, whole - from);
            exponentials(x, from, max, count);
            for (int turn = 0; turn < UNROLL; turn++) {
                addTurn(x, from, max, count, turn * LANES);
            }
        }
        int i = whole;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            exponentials(x, i, max, LANES);
            addTurn(x, i, max, LANES, 0);
        }
        int remainder = exponentials.length - 1;
        for (; i < n; i++) {
            float d = at(x, i) - max;
            float e = Exp.exp(d);
            exponentials[remainder] += e;
            squares[remainder] = Math.fma(e, e, squares[remainder]);
            products[remainder] = Math.fma(e, d, products[remainder]);
            differences[remainder] += d;
        }
    }

    /** Whole vectors of them. */
    private void exponentials(MemorySegment x, int from, float max, int count) {
        for (int i = 0; i < count; i += LANES) {
            VectorExp.exp(load(x, from + i).sub(max)).intoArray(block, i);
        }
    }

    /** Of a block, the vectors of one turn. */
    private void addTurn(MemorySegment x, int from, float max, int count, int turn) {
        FloatVector e = FloatVector.fromArray(SPECIES, exponentials, turn);
        FloatVector s = FloatVector.fromArray(SPECIES, squares, turn);
        FloatVector p = FloatVector.fromArray(SPECIES, products, turn);
        FloatVector d = FloatVector.fromArray(SPECIES, differences, turn);
        for (int i = turn; i < count; i += UNROLL * LANES) {
            FloatVector exponential = FloatVector.fromArray(SPECIES, block, i);
            FloatVector difference = load(x, from + i).sub(max);
            e = e.add(exponential);
            s = exponential.fma(exponential, s);
            p = exponential.fma(difference, p);
            d = d.add(difference);
        }
        e.intoArray(exponentials, turn);
        s.intoArray(squares, turn);
        p.intoArray(products, turn);
        d.intoArray(differences, turn);
    }

    double exponentials() {
        return LaneOrder.total(exponentials);
    }

    double squares() {
        return LaneOrder.total(squares);
    }

    double products() {
        return LaneOrder.total(products);
    }

    double differences() {
        return LaneOrder.total(differences);
    }
}
