package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;

/** Short rows copied, for which a call of the C library each would take longer than the copying. */
final class VectorCopy {

    private VectorCopy() {}

    static void copy(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        for (int r = 0; r < rows; r++) {
            copyRow(row(x, r, strideX, columns), row(y, r, strideY, columns), columns);
        }
    }

    private static void copyRow(MemorySegment x, MemorySegment y, int columns) {
        int c = 0;
        for (; c < SPECIES.loopBound(columns); c += LANES) {
            store(load(x, c), y, c);
        }
        for (; c < columns; c++) {
            put(y, c, at(x, c));
        }
    }
}
