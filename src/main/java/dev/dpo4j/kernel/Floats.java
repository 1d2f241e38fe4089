package dev.dpo4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** Single floats and runs of floats of a segment, addressed by element. */
final class Floats {

    private Floats() {}

    static float at(MemorySegment segment, long index) {
        return segment.get(JAVA_FLOAT, index << 2);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.set(JAVA_FLOAT, index << 2, value);
    }

    /** {@code count} elements from {@code first} on: the bounds that let the compiler drop its checks inside a loop. */
    static MemorySegment slice(MemorySegment segment, long first, int count) {
        return segment.asSlice(first << 2, (long) count << 2);
    }

    /** The first {@code width} elements of row {@code row}. */
    static MemorySegment row(MemorySegment matrix, int row, int stride, int width) {
        return slice(matrix, (long) row * stride, width);
    }

    /** Zeroes the elements from (inclusive) to (exclusive). */
    static void zero(MemorySegment segment, int from, int to) {
        slice(segment, from, to - from).fill((byte) 0);
    }

    /** The largest of n elements; NaN if any is. */
    static float max(MemorySegment x, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, at(x, i));
        }
        return max;
    }

    /** Whether the value stands there and nowhere before. */
    static boolean isFirst(MemorySegment x, int index, float value) {
        if (at(x, index) != value) {
            return false;
        }
        for (int i = 0; i < index; i++) {
            if (at(x, i) == value) {
                return false;
            }
        }
        return true;
    }
}
