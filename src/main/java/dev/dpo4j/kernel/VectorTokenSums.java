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
 * Over a row's differences {@code d = x - max}, in one pass: {@code Σ exp(d)}, {@code Σ exp(d) d} and {@code Σ d}. The partial sums stand in
 * arrays between blocks of exponentials, for the reason that {@link VectorLogProbs} tells.
 */
final class VectorTokenSums {

    private final float[] exponentials = new float[LaneOrder.partials(LANES)];
    private final float[] products = new float[exponentials.length];
    private final float[] differences = new float[exponentials.length];

    /**
     * Sums up a row.
     *
     * @param block scratch of a multiple of {@code UNROLL * LANES}
     */
    void add(MemorySegment x, float max, int n, float[] block) {
        Arrays.fill(exponentials, 0);
        Arrays.fill(products, 0);
        Arrays.fill(differences, 0);
        int whole = wholeMultiple(n, UNROLL * LANES);
        for (int from = 0; from < whole; from += block.length) {
            int count = Math.min(block.length, whole - from);
            VectorLogProbs.exponentials(x, from, max, count, block);
            for (int turn = 0; turn < UNROLL; turn++) {
                addTurn(x, from, max, count, block, turn * LANES);
            }
        }
        int i = whole;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            FloatVector d = load(x, i).sub(max);
            addTo(0, VectorExp.exp(d), d);
        }
        for (; i < n; i++) {
            int remainder = exponentials.length - 1;
            float d = at(x, i) - max;
            float e = Exp.exp(d);
            exponentials[remainder] += e;
            products[remainder] = Math.fma(e, d, products[remainder]);
            differences[remainder] += d;
        }
    }

    /** Of a block, the vectors of one turn. */
    private void addTurn(MemorySegment x, int from, float max, int count, float[] block, int turn) {
        FloatVector e0 = FloatVector.fromArray(SPECIES, exponentials, turn);
        FloatVector p0 = FloatVector.fromArray(SPECIES, products, turn);
        FloatVector d0 = FloatVector.fromArray(SPECIES, differences, turn);
        for (int i = turn; i < count; i += UNROLL * LANES) {
            FloatVector e = FloatVector.fromArray(SPECIES, block, i);
            FloatVector d = load(x, from + i).sub(max);
            e0 = e0.add(e);
            p0 = e.fma(d, p0);
            d0 = d0.add(d);
        }
        e0.intoArray(exponentials, turn);
        p0.intoArray(products, turn);
        d0.intoArray(differences, turn);
    }

    private void addTo(int turn, FloatVector e, FloatVector d) {
        FloatVector.fromArray(SPECIES, exponentials, turn).add(e).intoArray(exponentials, turn);
        e.fma(d, FloatVector.fromArray(SPECIES, products, turn)).intoArray(products, turn);
        FloatVector.fromArray(SPECIES, differences, turn).add(d).intoArray(differences, turn);
    }

    double exponentials() {
        return LaneOrder.total(exponentials);
    }

    double products() {
        return LaneOrder.total(products);
    }

    double differences() {
        return LaneOrder.total(differences);
    }
}
