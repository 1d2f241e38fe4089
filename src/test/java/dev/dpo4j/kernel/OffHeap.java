package dev.dpo4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Float segments for tests, freed by the garbage collector. */
final class OffHeap {

    private OffHeap() {}

    static MemorySegment of(float... values) {
        MemorySegment segment = zeros(values.length);
        MemorySegment.copy(values, 0, segment, JAVA_FLOAT, 0, values.length);
        return segment;
    }

    static MemorySegment zeros(int n) {
        return Arena.ofAuto().allocate(JAVA_FLOAT, n);
    }

    /** Normally distributed values. */
    static MemorySegment gaussian(Random random, int n, double deviation) {
        MemorySegment segment = zeros(n);
        for (int i = 0; i < n; i++) {
            segment.setAtIndex(JAVA_FLOAT, i, (float) (random.nextGaussian() * deviation));
        }
        return segment;
    }

    static MemorySegment copy(MemorySegment segment) {
        return of(floats(segment));
    }

    static float[] floats(MemorySegment segment) {
        return segment.toArray(JAVA_FLOAT);
    }

    static double[] doubles(MemorySegment segment) {
        float[] floats = floats(segment);
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }
}
