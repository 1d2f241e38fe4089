package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Addresses.BITS;
import static dev.dpo4j.kernel.Addresses.FLOAT;
import static dev.dpo4j.kernel.Addresses.MEMORY;
import static dev.dpo4j.kernel.Addresses.ORDER;
import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The inner part of a matrix product: a tile of six rows by four vectors of the result stays in registers while the terms pass by
 * (Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Of the 32 registers of 512-bit vectors 24 hold sums, which
 * is enough for an fma's wait, and 4 a row of the panel.
 *
 * <p>Every sum is one of chains of fma in the order of the terms, {@link Kernels#CHAIN} or fewer each, so it does not depend on the tile it is in.
 *
 * <p>The tile is as large as the compilers bear. All its accesses are written out instead of called by a name, since C2 gives up inlining in
 * so large a method, and then every sum becomes an object. And they are of the kinds that cost the compilers least: the chains' sums are added
 * up in an array, and all else is read by address. With segments for A and B, C1 runs out of registers, and the method stays in the tier where
 * that happens, a hundred times as slow; and every chain waits at the seams of what C2 makes of the loop then ({@link Addresses}).
 */
final class VectorProduct {

    private static final int ROWS = Kernels.TILE_ROWS;

    /** Where the second to fourth vector of a row begin, in bytes, and how many bytes a row of the panel has. */
    private static final long V1 = (long) LANES * Float.BYTES;

    private static final long V2 = 2 * V1;
    private static final long V3 = 3 * V1;
    private static final long PANEL = 4 * V1;

    /** What the first chain is added to. */
    private static final float[] ZEROS = new float[ROWS * 4 * LANES];

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
        long firstOfA = Addresses.of(a, transposeA ? depth : rows, transposeA ? rows : depth, strideA);
        long panel = Addresses.of(b, depth, 4 * LANES, 4 * LANES);
        float[] sums = new float[ROWS * 4 * LANES];
        int some;
        for (int r = 0; r < rows; r += some) {
            some = rows - r < ROWS ? 1 : ROWS;
            long aRows = firstOfA + (long) r * rowA * Float.BYTES;
            try {
                if (some == ROWS) {
                    tile(aRows, rowA, termA, panel, depth, sums);
                } else {
                    row(aRows, termA, panel, depth, sums);
                }
            } finally {
                Reference.reachabilityFence(a);
                Reference.reachabilityFence(b);
            }
            MemorySegment cRows = slice(c, (long) r * strideC, (some - 1) * strideC + 4 * LANES);
            if (d == null) {
                write(sums, some, cRows, strideC);
            } else {
                MemorySegment dRows = slice(d, (long) r * strideC, (some - 1) * strideC + 4 * LANES);
                add(sums, some, dRows, cRows, strideC);
            }
        }
    }

    /** {@code C = sums}. */
    private static void write(float[] sums, int rows, MemorySegment c, int strideC) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 4 * LANES; j += LANES) {
                store(FloatVector.fromArray(SPECIES, sums, r * 4 * LANES + j), c, r * strideC + j);
            }
        }
    }

    /** {@code C = D + sums}. */
    private static void add(float[] sums, int rows, MemorySegment d, MemorySegment c, int strideC) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 4 * LANES; j += LANES) {
                int at = r * strideC + j;
                store(load(d, at).add(FloatVector.fromArray(SPECIES, sums, r * 4 * LANES + j)), c, at);
            }
        }
    }

    /** Six rows' sums, each (4 LANES), written. */
    private static void tile(long a, int rowA, int termA, long b, int depth, float[] sums) {
        long term = (long) termA * Float.BYTES;
        long a1 = (long) (rowA & Integer.MAX_VALUE) * Float.BYTES; // not negative, as C2 sees
        long a2 = 2 * a1;
        long a3 = 3 * a1;
        long a4 = 4 * a1;
        long a5 = 5 * a1;
        FloatVector zero = FloatVector.zero(SPECIES);
        float[] before = ZEROS;
        for (int from = 0; from == 0 || from < depth; from += Kernels.CHAIN) { // once at least: it writes the sums
            int to = Math.min(depth, from + Kernels.CHAIN);
            FloatVector c00 = zero;
            FloatVector c01 = zero;
            FloatVector c02 = zero;
            FloatVector c03 = zero;
            FloatVector c10 = zero;
            FloatVector c11 = zero;
            FloatVector c12 = zero;
            FloatVector c13 = zero;
            FloatVector c20 = zero;
            FloatVector c21 = zero;
            FloatVector c22 = zero;
            FloatVector c23 = zero;
            FloatVector c30 = zero;
            FloatVector c31 = zero;
            FloatVector c32 = zero;
            FloatVector c33 = zero;
            FloatVector c40 = zero;
            FloatVector c41 = zero;
            FloatVector c42 = zero;
            FloatVector c43 = zero;
            FloatVector c50 = zero;
            FloatVector c51 = zero;
            FloatVector c52 = zero;
            FloatVector c53 = zero;
            for (int p = from; p < to; p++) {
                long at = (a + p * term) & BITS;
                long bAt = (b + p * PANEL) & BITS;
                FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt, ORDER);
                FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt + V1, ORDER);
                FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt + V2, ORDER);
                FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt + V3, ORDER);
                FloatVector x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, at));
                c00 = x.fma(b0, c00);
                c01 = x.fma(b1, c01);
                c02 = x.fma(b2, c02);
                c03 = x.fma(b3, c03);
                x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, at + a1));
                c10 = x.fma(b0, c10);
                c11 = x.fma(b1, c11);
                c12 = x.fma(b2, c12);
                c13 = x.fma(b3, c13);
                x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, at + a2));
                c20 = x.fma(b0, c20);
                c21 = x.fma(b1, c21);
                c22 = x.fma(b2, c22);
                c23 = x.fma(b3, c23);
                x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, at + a3));
                c30 = x.fma(b0, c30);
                c31 = x.fma(b1, c31);
                c32 = x.fma(b2, c32);
                c33 = x.fma(b3, c33);
                x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, at + a4));
                c40 = x.fma(b0, c40);
                c41 = x.fma(b1, c41);
                c42 = x.fma(b2, c42);
                c43 = x.fma(b3, c43);
                x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, at + a5));
                c50 = x.fma(b0, c50);
                c51 = x.fma(b1, c51);
                c52 = x.fma(b2, c52);
                c53 = x.fma(b3, c53);
            }
            c00.add(FloatVector.fromArray(SPECIES, before, 0)).intoArray(sums, 0);
            c01.add(FloatVector.fromArray(SPECIES, before, LANES)).intoArray(sums, LANES);
            c02.add(FloatVector.fromArray(SPECIES, before, 2 * LANES)).intoArray(sums, 2 * LANES);
            c03.add(FloatVector.fromArray(SPECIES, before, 3 * LANES)).intoArray(sums, 3 * LANES);
            c10.add(FloatVector.fromArray(SPECIES, before, 4 * LANES)).intoArray(sums, 4 * LANES);
            c11.add(FloatVector.fromArray(SPECIES, before, 5 * LANES)).intoArray(sums, 5 * LANES);
            c12.add(FloatVector.fromArray(SPECIES, before, 6 * LANES)).intoArray(sums, 6 * LANES);
            c13.add(FloatVector.fromArray(SPECIES, before, 7 * LANES)).intoArray(sums, 7 * LANES);
            c20.add(FloatVector.fromArray(SPECIES, before, 8 * LANES)).intoArray(sums, 8 * LANES);
            c21.add(FloatVector.fromArray(SPECIES, before, 9 * LANES)).intoArray(sums, 9 * LANES);
            c22.add(FloatVector.fromArray(SPECIES, before, 10 * LANES)).intoArray(sums, 10 * LANES);
            c23.add(FloatVector.fromArray(SPECIES, before, 11 * LANES)).intoArray(sums, 11 * LANES);
            c30.add(FloatVector.fromArray(SPECIES, before, 12 * LANES)).intoArray(sums, 12 * LANES);
            c31.add(FloatVector.fromArray(SPECIES, before, 13 * LANES)).intoArray(sums, 13 * LANES);
            c32.add(FloatVector.fromArray(SPECIES, before, 14 * LANES)).intoArray(sums, 14 * LANES);
            c33.add(FloatVector.fromArray(SPECIES, before, 15 * LANES)).intoArray(sums, 15 * LANES);
            c40.add(FloatVector.fromArray(SPECIES, before, 16 * LANES)).intoArray(sums, 16 * LANES);
            c41.add(FloatVector.fromArray(SPECIES, before, 17 * LANES)).intoArray(sums, 17 * LANES);
            c42.add(FloatVector.fromArray(SPECIES, before, 18 * LANES)).intoArray(sums, 18 * LANES);
            c43.add(FloatVector.fromArray(SPECIES, before, 19 * LANES)).intoArray(sums, 19 * LANES);
            c50.add(FloatVector.fromArray(SPECIES, before, 20 * LANES)).intoArray(sums, 20 * LANES);
            c51.add(FloatVector.fromArray(SPECIES, before, 21 * LANES)).intoArray(sums, 21 * LANES);
            c52.add(FloatVector.fromArray(SPECIES, before, 22 * LANES)).intoArray(sums, 22 * LANES);
            c53.add(FloatVector.fromArray(SPECIES, before, 23 * LANES)).intoArray(sums, 23 * LANES);
            before = sums;
        }
    }

    /** A row's sums, (4 LANES), written. */
    private static void row(long a, int termA, long b, int depth, float[] sums) {
        long term = (long) termA * Float.BYTES;
        FloatVector zero = FloatVector.zero(SPECIES);
        float[] before = ZEROS;
        for (int from = 0; from == 0 || from < depth; from += Kernels.CHAIN) {
            int to = Math.min(depth, from + Kernels.CHAIN);
            FloatVector c0 = zero;
            FloatVector c1 = zero;
            FloatVector c2 = zero;
            FloatVector c3 = zero;
            for (int p = from; p < to; p++) {
                FloatVector x = FloatVector.broadcast(SPECIES, MEMORY.get(FLOAT, (a + p * term) & BITS));
                long bAt = (b + p * PANEL) & BITS;
                c0 = x.fma(FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt, ORDER), c0);
                c1 = x.fma(FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt + V1, ORDER), c1);
                c2 = x.fma(FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt + V2, ORDER), c2);
                c3 = x.fma(FloatVector.fromMemorySegment(SPECIES, MEMORY, bAt + V3, ORDER), c3);
            }
            c0.add(FloatVector.fromArray(SPECIES, before, 0)).intoArray(sums, 0);
            c1.add(FloatVector.fromArray(SPECIES, before, LANES)).intoArray(sums, LANES);
            c2.add(FloatVector.fromArray(SPECIES, before, 2 * LANES)).intoArray(sums, 2 * LANES);
            c3.add(FloatVector.fromArray(SPECIES, before, 3 * LANES)).intoArray(sums, 3 * LANES);
            before = sums;
        }
    }
}
