package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The inner part of a matrix product: a tile of six rows by four vectors of the result stays in registers while the terms pass by
 * (Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Of the 32 registers of 512-bit vectors 24 hold sums, which
 * is enough for an fma's wait, and 4 a row of the panel.
 *
 * <p>Every sum is one chain of fma in the order of the terms, so it does not depend on the tile it is in. What it is to be added to comes last.
 *
 * <p>The tile is as large as the compilers bear. All its accesses are written out instead of called by a name, since C2 gives up inlining in
 * so large a method, and then every sum becomes an object. And they are of the kinds that cost C1 the fewest registers: sums come by way of an
 * array and go to a segment that is a constant. With segments for all of them C1 runs out of registers, and the method stays in the tier where
 * that happens, a hundred times as slow.
 */
final class VectorProduct {

    private static final int ROWS = Kernels.TILE_ROWS;

    /** Where the second to fourth vector of a row begin, in bytes, and how many bytes a row of the panel has. */
    private static final long V1 = (long) LANES * Float.BYTES;

    private static final long V2 = 2 * V1;
    private static final long V3 = 3 * V1;
    private static final long PANEL = 4 * V1;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED; // no check of what is always aligned
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** What a tile begins with. */
    private static final float[] ZEROS = new float[ROWS * 4 * LANES];

    /** All memory, by address: for the results of a tile, after it was checked that they lie within C. */
    @SuppressWarnings("restricted") // calls into native code are allowed to the whole program already
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

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
        if (!c.isNative()) {
            throw new IllegalArgumentException("A result on the heap has no address");
        }
        int rowA = transposeA ? 1 : strideA; // from an element of A to the one below
        int termA = transposeA ? strideA : 1; // and to the one of the next term
        int length = Math.max(0, depth - 1) * termA + 1; // of all terms of a row
        MemorySegment panel = slice(b, 0, depth * 4 * LANES);
        float[] before = new float[ROWS * 4 * LANES]; // some rows of D, which may be where C is
        int r = 0;
        for (; r <= rows - ROWS; r += ROWS) {
            MemorySegment aTile = slice(a, (long) r * rowA, (ROWS - 1) * rowA + length);
            // The tile checks no bounds of C: this does.
            MemorySegment cTile = slice(c, (long) r * strideC, (ROWS - 1) * strideC + 4 * LANES);
            if (d != null) {
                copy(slice(d, (long) r * strideC, (ROWS - 1) * strideC + 4 * LANES), strideC, ROWS, before);
            }
            try {
                tile(aTile, rowA, termA, panel, cTile.address(), strideC, depth);
            } finally {
                Reference.reachabilityFence(cTile); // the tile knows no more of it than where it is
            }
            if (d != null) {
                add(before, ROWS, cTile, strideC);
            }
        }
        for (; r < rows; r++) {
            MemorySegment aRow = slice(a, (long) r * rowA, length);
            MemorySegment cRow = slice(c, (long) r * strideC, 4 * LANES);
            if (d != null) {
                copy(slice(d, (long) r * strideC, 4 * LANES), strideC, 1, before);
            }
            row(aRow, termA, panel, cRow, depth);
            if (d != null) {
                add(before, 1, cRow, strideC);
            }
        }
    }

    private static void copy(MemorySegment d, int strideD, int rows, float[] before) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 4 * LANES; j += LANES) {
                load(d, r * strideD + j).intoArray(before, r * 4 * LANES + j);
            }
        }
    }

    private static void add(float[] before, int rows, MemorySegment c, int strideC) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 4 * LANES; j += LANES) {
                int at = r * strideC + j;
                store(load(c, at).add(FloatVector.fromArray(SPECIES, before, r * 4 * LANES + j)), c, at);
            }
        }
    }

    private static void tile(MemorySegment a, int rowA, int termA, MemorySegment b, long c, int strideC, int depth) {
        long term = (long) termA * Float.BYTES;
        long a1 = (long) rowA * Float.BYTES;
        long a2 = 2 * a1;
        long a3 = 3 * a1;
        long a4 = 4 * a1;
        long a5 = 5 * a1;
        long s1 = (long) strideC * Float.BYTES;
        long s2 = 2 * s1;
        long s3 = 3 * s1;
        long s4 = 4 * s1;
        long s5 = 5 * s1;
        FloatVector c00 = FloatVector.fromArray(SPECIES, ZEROS, 0);
        FloatVector c01 = FloatVector.fromArray(SPECIES, ZEROS, LANES);
        FloatVector c02 = FloatVector.fromArray(SPECIES, ZEROS, 2 * LANES);
        FloatVector c03 = FloatVector.fromArray(SPECIES, ZEROS, 3 * LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, ZEROS, 4 * LANES);
        FloatVector c11 = FloatVector.fromArray(SPECIES, ZEROS, 5 * LANES);
        FloatVector c12 = FloatVector.fromArray(SPECIES, ZEROS, 6 * LANES);
        FloatVector c13 = FloatVector.fromArray(SPECIES, ZEROS, 7 * LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, ZEROS, 8 * LANES);
        FloatVector c21 = FloatVector.fromArray(SPECIES, ZEROS, 9 * LANES);
        FloatVector c22 = FloatVector.fromArray(SPECIES, ZEROS, 10 * LANES);
        FloatVector c23 = FloatVector.fromArray(SPECIES, ZEROS, 11 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, ZEROS, 12 * LANES);
        FloatVector c31 = FloatVector.fromArray(SPECIES, ZEROS, 13 * LANES);
        FloatVector c32 = FloatVector.fromArray(SPECIES, ZEROS, 14 * LANES);
        FloatVector c33 = FloatVector.fromArray(SPECIES, ZEROS, 15 * LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, ZEROS, 16 * LANES);
        FloatVector c41 = FloatVector.fromArray(SPECIES, ZEROS, 17 * LANES);
        FloatVector c42 = FloatVector.fromArray(SPECIES, ZEROS, 18 * LANES);
        FloatVector c43 = FloatVector.fromArray(SPECIES, ZEROS, 19 * LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, ZEROS, 20 * LANES);
        FloatVector c51 = FloatVector.fromArray(SPECIES, ZEROS, 21 * LANES);
        FloatVector c52 = FloatVector.fromArray(SPECIES, ZEROS, 22 * LANES);
        FloatVector c53 = FloatVector.fromArray(SPECIES, ZEROS, 23 * LANES);
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
        c00.intoMemorySegment(MEMORY, c, ORDER);
        c01.intoMemorySegment(MEMORY, c + V1, ORDER);
        c02.intoMemorySegment(MEMORY, c + V2, ORDER);
        c03.intoMemorySegment(MEMORY, c + V3, ORDER);
        c10.intoMemorySegment(MEMORY, c + s1, ORDER);
        c11.intoMemorySegment(MEMORY, c + s1 + V1, ORDER);
        c12.intoMemorySegment(MEMORY, c + s1 + V2, ORDER);
        c13.intoMemorySegment(MEMORY, c + s1 + V3, ORDER);
        c20.intoMemorySegment(MEMORY, c + s2, ORDER);
        c21.intoMemorySegment(MEMORY, c + s2 + V1, ORDER);
        c22.intoMemorySegment(MEMORY, c + s2 + V2, ORDER);
        c23.intoMemorySegment(MEMORY, c + s2 + V3, ORDER);
        c30.intoMemorySegment(MEMORY, c + s3, ORDER);
        c31.intoMemorySegment(MEMORY, c + s3 + V1, ORDER);
        c32.intoMemorySegment(MEMORY, c + s3 + V2, ORDER);
        c33.intoMemorySegment(MEMORY, c + s3 + V3, ORDER);
        c40.intoMemorySegment(MEMORY, c + s4, ORDER);
        c41.intoMemorySegment(MEMORY, c + s4 + V1, ORDER);
        c42.intoMemorySegment(MEMORY, c + s4 + V2, ORDER);
        c43.intoMemorySegment(MEMORY, c + s4 + V3, ORDER);
        c50.intoMemorySegment(MEMORY, c + s5, ORDER);
        c51.intoMemorySegment(MEMORY, c + s5 + V1, ORDER);
        c52.intoMemorySegment(MEMORY, c + s5 + V2, ORDER);
        c53.intoMemorySegment(MEMORY, c + s5 + V3, ORDER);
    }

    private static void row(MemorySegment a, int termA, MemorySegment b, MemorySegment c, int depth) {
        long term = (long) termA * Float.BYTES;
        FloatVector c00 = FloatVector.fromArray(SPECIES, ZEROS, 0);
        FloatVector c01 = FloatVector.fromArray(SPECIES, ZEROS, LANES);
        FloatVector c02 = FloatVector.fromArray(SPECIES, ZEROS, 2 * LANES);
        FloatVector c03 = FloatVector.fromArray(SPECIES, ZEROS, 3 * LANES);
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
        store(c00, c, 0);
        store(c01, c, LANES);
        store(c02, c, 2 * LANES);
        store(c03, c, 3 * LANES);
    }
}
