package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The inner part of a matrix product: a tile of six rows by four vectors of the result stays in registers while the terms pass by
 * (Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Of the 32 registers of 512-bit vectors 24 hold sums, which
 * is enough for an fma's wait, and 4 a row of the panel.
 *
 * <p>Every sum is one chain of fma in the order of the terms, so it does not depend on the tile it is in.
 *
 * <p>The tile is as large as the compilers bear. All its accesses are written out instead of called by a name, since C2 gives up inlining in
 * so large a method, and then every sum becomes an object; and sums come and go by way of an array, whose accesses are smaller than a
 * segment's: with those, C1 ran out of registers, and the method did not always get as far as C2.
 */
final class VectorProduct {

    private static final int ROWS = 6;

    /** Where the second to fourth vector of a row begin, in bytes, and how many bytes a row of the panel has. */
    private static final long V1 = (long) LANES * Float.BYTES;

    private static final long V2 = 2 * V1;
    private static final long V3 = 3 * V1;
    private static final long PANEL = 4 * V1;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED; // no check of what is always aligned
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private VectorProduct() {}

    static void product(
            boolean transposeA,
            MemorySegment a,
            int strideA,
            MemorySegment b,
            @Nullable MemorySegment d,
            MemorySegment c,
            int strideC,
            int rows,
            int depth) {
        int rowA = transposeA ? 1 : strideA; // from an element of A to the one below
        int termA = transposeA ? strideA : 1; // and to the one of the next term
        int length = Math.max(0, depth - 1) * termA + 1; // of all terms of a row
        MemorySegment panel = slice(b, 0, depth * 4 * LANES);
        float[] sums = new float[ROWS * 4 * LANES];
        int r = 0;
        for (; r <= rows - ROWS; r += ROWS) {
            MemorySegment aTile = slice(a, (long) r * rowA, (ROWS - 1) * rowA + length);
            MemorySegment cTile = slice(c, (long) r * strideC, (ROWS - 1) * strideC + 4 * LANES);
            begin(
                    sums,
                    d == null ? null : slice(d, (long) r * strideC, (ROWS - 1) * strideC + 4 * LANES),
                    strideC,
                    ROWS);
            tile(aTile, rowA, termA, panel, sums, depth);
            end(sums, cTile, strideC, ROWS);
        }
        for (; r < rows; r++) {
            MemorySegment aRow = slice(a, (long) r * rowA, length);
            MemorySegment cRow = slice(c, (long) r * strideC, 4 * LANES);
            begin(sums, d == null ? null : slice(d, (long) r * strideC, 4 * LANES), strideC, 1);
            row(aRow, termA, panel, sums, depth);
            end(sums, cRow, strideC, 1);
        }
    }

    private static void begin(float[] sums, @Nullable MemorySegment d, int strideC, int rows) {
        if (d == null) {
            Arrays.fill(sums, 0);
            return;
        }
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 4 * LANES; j += LANES) {
                load(d, r * strideC + j).intoArray(sums, r * 4 * LANES + j);
            }
        }
    }

    private static void end(float[] sums, MemorySegment c, int strideC, int rows) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 4 * LANES; j += LANES) {
                store(FloatVector.fromArray(SPECIES, sums, r * 4 * LANES + j), c, r * strideC + j);
            }
        }
    }

    private static void tile(MemorySegment a, int rowA, int termA, MemorySegment b, float[] sums, int depth) {
        long term = (long) termA * Float.BYTES;
        long a1 = (long) rowA * Float.BYTES;
        long a2 = 2 * a1;
        long a3 = 3 * a1;
        long a4 = 4 * a1;
        long a5 = 5 * a1;
        FloatVector c00 = FloatVector.fromArray(SPECIES, sums, 0);
        FloatVector c01 = FloatVector.fromArray(SPECIES, sums, LANES);
        FloatVector c02 = FloatVector.fromArray(SPECIES, sums, 2 * LANES);
        FloatVector c03 = FloatVector.fromArray(SPECIES, sums, 3 * LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, sums, 4 * LANES);
        FloatVector c11 = FloatVector.fromArray(SPECIES, sums, 5 * LANES);
        FloatVector c12 = FloatVector.fromArray(SPECIES, sums, 6 * LANES);
        FloatVector c13 = FloatVector.fromArray(SPECIES, sums, 7 * LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, sums, 8 * LANES);
        FloatVector c21 = FloatVector.fromArray(SPECIES, sums, 9 * LANES);
        FloatVector c22 = FloatVector.fromArray(SPECIES, sums, 10 * LANES);
        FloatVector c23 = FloatVector.fromArray(SPECIES, sums, 11 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, sums, 12 * LANES);
        FloatVector c31 = FloatVector.fromArray(SPECIES, sums, 13 * LANES);
        FloatVector c32 = FloatVector.fromArray(SPECIES, sums, 14 * LANES);
        FloatVector c33 = FloatVector.fromArray(SPECIES, sums, 15 * LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, sums, 16 * LANES);
        FloatVector c41 = FloatVector.fromArray(SPECIES, sums, 17 * LANES);
        FloatVector c42 = FloatVector.fromArray(SPECIES, sums, 18 * LANES);
        FloatVector c43 = FloatVector.fromArray(SPECIES, sums, 19 * LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, sums, 20 * LANES);
        FloatVector c51 = FloatVector.fromArray(SPECIES, sums, 21 * LANES);
        FloatVector c52 = FloatVector.fromArray(SPECIES, sums, 22 * LANES);
        FloatVector c53 = FloatVector.fromArray(SPECIES, sums, 23 * LANES);
        for (int p = 0; p < depth; p++) {
            long at = p * term;
            long bAt = (long) p * PANEL;
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + V1, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, bAt + V2, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, bAt + V3, ORDER);
            FloatVector x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at + a1));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at + a2));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at + a3));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at + a4));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
            x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at + a5));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            c52 = x.fma(b2, c52);
            c53 = x.fma(b3, c53);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, LANES);
        c02.intoArray(sums, 2 * LANES);
        c03.intoArray(sums, 3 * LANES);
        c10.intoArray(sums, 4 * LANES);
        c11.intoArray(sums, 5 * LANES);
        c12.intoArray(sums, 6 * LANES);
        c13.intoArray(sums, 7 * LANES);
        c20.intoArray(sums, 8 * LANES);
        c21.intoArray(sums, 9 * LANES);
        c22.intoArray(sums, 10 * LANES);
        c23.intoArray(sums, 11 * LANES);
        c30.intoArray(sums, 12 * LANES);
        c31.intoArray(sums, 13 * LANES);
        c32.intoArray(sums, 14 * LANES);
        c33.intoArray(sums, 15 * LANES);
        c40.intoArray(sums, 16 * LANES);
        c41.intoArray(sums, 17 * LANES);
        c42.intoArray(sums, 18 * LANES);
        c43.intoArray(sums, 19 * LANES);
        c50.intoArray(sums, 20 * LANES);
        c51.intoArray(sums, 21 * LANES);
        c52.intoArray(sums, 22 * LANES);
        c53.intoArray(sums, 23 * LANES);
    }

    private static void row(MemorySegment a, int termA, MemorySegment b, float[] sums, int depth) {
        long term = (long) termA * Float.BYTES;
        FloatVector c00 = FloatVector.fromArray(SPECIES, sums, 0);
        FloatVector c01 = FloatVector.fromArray(SPECIES, sums, LANES);
        FloatVector c02 = FloatVector.fromArray(SPECIES, sums, 2 * LANES);
        FloatVector c03 = FloatVector.fromArray(SPECIES, sums, 3 * LANES);
        for (int p = 0; p < depth; p++) {
            long at = p * term;
            long bAt = (long) p * PANEL;
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + V1, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, bAt + V2, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, bAt + V3, ORDER);
            FloatVector x = FloatVector.broadcast(SPECIES, a.get(FLOAT, at));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, LANES);
        c02.intoArray(sums, 2 * LANES);
        c03.intoArray(sums, 3 * LANES);
    }
}
