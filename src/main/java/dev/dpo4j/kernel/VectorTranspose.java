package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.Vectors.LANES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A matrix turned over, a square of as many rows and columns as a vector has lanes at a time. Squares of 16 are turned by exchanges: with
 * the rows i and i + s, (i & s) = 0, the lanes with (l & s) ≠ 0 of the one change places with the lanes s before of the other, for
 * s = 1, 2, 4, 8. Two of the four exchanges are done at a time, on four rows.
 */
final class VectorTranspose {

    /** Bits are moved, not numbers; the permutation of two vectors takes whole numbers as its index. */
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Vectors.SPECIES.vectorShape());

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int SQUARE = 16;

    private static final IntVector LOW_1 = low(1);
    private static final IntVector HIGH_1 = high(1);
    private static final IntVector LOW_2 = low(2);
    private static final IntVector HIGH_2 = high(2);
    private static final IntVector LOW_4 = low(4);
    private static final IntVector HIGH_4 = high(4);
    private static final IntVector LOW_8 = low(8);
    private static final IntVector HIGH_8 = high(8);

    private VectorTranspose() {}

    static void transpose(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        int[] half = new int[SQUARE * SQUARE];
        for (int r = 0; r < rows; r += SQUARE) {
            int squareRows = Math.min(SQUARE, rows - r);
            for (int c = 0; c < columns; c += SQUARE) {
                int squareColumns = Math.min(SQUARE, columns - c);
                MemorySegment from = slice(x, (long) r * strideX + c, (squareRows - 1) * strideX + squareColumns);
                MemorySegment to = slice(y, (long) c * strideY + r, (squareColumns - 1) * strideY + squareRows);
                if (LANES == SQUARE && squareRows == SQUARE && squareColumns == SQUARE) {
                    for (int i = 0; i < SQUARE; i += 4) {
                        firstExchanges(from, i, strideX, half);
                    }
                    for (int i = 0; i < 4; i++) {
                        lastExchanges(half, i, to, strideY);
                    }
                } else {
                    elements(from, strideX, squareRows, squareColumns, to, strideY);
                }
            }
        }
    }

    private static void firstExchanges(MemorySegment x, int row, int stride, int[] half) {
        IntVector a = load(x, row * stride);
        IntVector b = load(x, (row + 1) * stride);
        IntVector c = load(x, (row + 2) * stride);
        IntVector d = load(x, (row + 3) * stride);
        IntVector a1 = LOW_1.selectFrom(a, b);
        IntVector b1 = HIGH_1.selectFrom(a, b);
        IntVector c1 = LOW_1.selectFrom(c, d);
        IntVector d1 = HIGH_1.selectFrom(c, d);
        LOW_2.selectFrom(a1, c1).intoArray(half, row * SQUARE);
        LOW_2.selectFrom(b1, d1).intoArray(half, (row + 1) * SQUARE);
        HIGH_2.selectFrom(a1, c1).intoArray(half, (row + 2) * SQUARE);
        HIGH_2.selectFrom(b1, d1).intoArray(half, (row + 3) * SQUARE);
    }

    private static void lastExchanges(int[] half, int row, MemorySegment y, int stride) {
        IntVector a = IntVector.fromArray(INTS, half, row * SQUARE);
        IntVector b = IntVector.fromArray(INTS, half, (row + 4) * SQUARE);
        IntVector c = IntVector.fromArray(INTS, half, (row + 8) * SQUARE);
        IntVector d = IntVector.fromArray(INTS, half, (row + 12) * SQUARE);
        IntVector a4 = LOW_4.selectFrom(a, b);
        IntVector b4 = HIGH_4.selectFrom(a, b);
        IntVector c4 = LOW_4.selectFrom(c, d);
        IntVector d4 = HIGH_4.selectFrom(c, d);
        store(LOW_8.selectFrom(a4, c4), y, row * stride);
        store(LOW_8.selectFrom(b4, d4), y, (row + 4) * stride);
        store(HIGH_8.selectFrom(a4, c4), y, (row + 8) * stride);
        store(HIGH_8.selectFrom(b4, d4), y, (row + 12) * stride);
    }

    private static void elements(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                put(y, (long) c * strideY + r, at(x, (long) r * strideX + c));
            }
        }
    }

    private static IntVector load(MemorySegment x, int index) {
        return IntVector.fromMemorySegment(INTS, x, (long) index << 2, ORDER);
    }

    private static void store(IntVector vector, MemorySegment y, int index) {
        vector.intoMemorySegment(y, (long) index << 2, ORDER);
    }

    /** What row i becomes: its own lanes, and at l with (l & s) ≠ 0 the lanes l - s of row i + s. */
    private static IntVector low(int s) {
        int[] index = new int[LANES];
        for (int l = 0; l < LANES; l++) {
            index[l] = (l & s) == 0 ? l : LANES + l - s;
        }
        return IntVector.fromArray(INTS, index, 0);
    }

    /** What row i + s becomes: its own lanes, and at l with (l & s) = 0 the lanes l + s of row i. */
    private static IntVector high(int s) {
        int[] index = new int[LANES];
        for (int l = 0; l < LANES; l++) {
            index[l] = (l & s) == 0 ? l + s : LANES + l;
        }
        return IntVector.fromArray(INTS, index, 0);
    }
}
