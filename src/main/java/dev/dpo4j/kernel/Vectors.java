package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.LaneOrder.BLOCK;
import static dev.dpo4j.kernel.LaneOrder.UNROLL;
import static dev.dpo4j.kernel.LaneOrder.wholeMultiple;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** What all vector kernels are made of: their width, loads and stores, and reductions in the order that {@link LaneOrder} tells. */
final class Vectors {

    /** As wide as this CPU prefers, or as the property {@code dpo4j.kernels} says, in bits. */
    static final VectorSpecies<Float> SPECIES = species(Integer.getInteger(KernelSelection.PROPERTY));

    static final int LANES = SPECIES.length();

    static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SPECIES.vectorShape());

    /** As many floats as there are doubles in a vector. */
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

    static final int DOUBLE_LANES = DOUBLES.length();

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Vectors() {}

    private static VectorSpecies<Float> species(@Nullable Integer bits) {
        return bits == null
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    static double dot(MemorySegment a, MemorySegment b, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * LANES); i += UNROLL * LANES) {
            s0 = load(a, i).fma(load(b, i), s0);
            s1 = load(a, i + LANES).fma(load(b, i + LANES), s1);
            s2 = load(a, i + 2 * LANES).fma(load(b, i + 2 * LANES), s2);
            s3 = load(a, i + 3 * LANES).fma(load(b, i + 3 * LANES), s3);
        }
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = load(a, i).fma(load(b, i), s0);
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder = Math.fma(at(a, i), at(b, i), remainder);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    static double sum(MemorySegment x, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i < wholeMultiple(n, UNROLL * LANES); i += UNROLL * LANES) {
            s0 = s0.add(load(x, i));
            s1 = s1.add(load(x, i + LANES));
            s2 = s2.add(load(x, i + 2 * LANES));
            s3 = s3.add(load(x, i + 3 * LANES));
        }
        for (; i < SPECIES.loopBound(n); i += LANES) {
            s0 = s0.add(load(x, i));
        }
        float remainder = 0;
        for (; i < n; i++) {
            remainder += at(x, i);
        }
        return total(s0, s1, s2, s3, remainder, lanes);
    }

    /** The order of a maximum does not matter, so the Vector API may choose it; two vectors hide most of its wait. */
    static float max(MemorySegment x, int n) {
        FloatVector m0 = broadcast(Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        int i = 0;
        for (; i < wholeMultiple(n, 2 * LANES); i += 2 * LANES) {
            m0 = m0.max(load(x, i));
            m1 = m1.max(load(x, i + LANES));
        }
        float max = m0.max(m1).reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) {
            max = Math.max(max, at(x, i));
        }
        return max;
    }

    static double total(
            FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, float remainder, float[] lanes) {
        s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
        return LaneOrder.total(lanes, remainder);
    }

    static FloatVector load(MemorySegment segment, int index) {
        return FloatVector.fromMemorySegment(SPECIES, segment, (long) index << 2, ORDER);
    }

    static void store(FloatVector vector, MemorySegment segment, int index) {
        vector.intoMemorySegment(segment, (long) index << 2, ORDER);
    }

    static DoubleVector loadDoubles(MemorySegment segment, int index) {
        FloatVector floats = FloatVector.fromMemorySegment(HALF, segment, (long) index << 2, ORDER);
        return (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    static int blockSize(long n, long from) {
        return (int) Math.min(BLOCK, n - from);
    }
}
