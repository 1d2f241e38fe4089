package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Addresses.BITS;
import static dev.dpo4j.kernel.Addresses.FLOAT;
import static dev.dpo4j.kernel.Addresses.MEMORY;
import static dev.dpo4j.kernel.Addresses.ORDER;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import jdk.incubator.vector.FloatVector;

/** Short rows copied, for which a call of the C library each would take longer than the copying. */
final class VectorCopy {

    private VectorCopy() {}

    static void copy(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        long from = Addresses.of(x, rows, columns, strideX);
        long to = Addresses.of(y, rows, columns, strideY);
        int whole = columns / LANES * LANES * Float.BYTES;
        int end = columns * Float.BYTES;
        try {
            for (int r = 0; r < rows; r++) {
                long xRow = from + (long) r * strideX * Float.BYTES;
                long yRow = to + (long) r * strideY * Float.BYTES;
                int at = 0;
                for (; at < whole; at += LANES * Float.BYTES) {
                    FloatVector.fromMemorySegment(SPECIES, MEMORY, (xRow + at) & BITS, ORDER)
                            .intoMemorySegment(MEMORY, (yRow + at) & BITS, ORDER);
                }
                for (; at < end; at += Float.BYTES) {
                    MEMORY.set(FLOAT, (yRow + at) & BITS, MEMORY.get(FLOAT, (xRow + at) & BITS));
                }
            }
        } finally {
            Reference.reachabilityFence(x);
            Reference.reachabilityFence(y);
        }
    }
}
