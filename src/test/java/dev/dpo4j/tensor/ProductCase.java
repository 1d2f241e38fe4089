package dev.dpo4j.tensor;

import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Seeded matrices for {@code C = op(A) op(B)} or {@code C += op(A) op(B)}, with gaps between the rows of all three, and what must come of them. */
final class ProductCase implements AutoCloseable {

    /** Computes C of a case's matrices. */
    interface Product {
        void of(int m, int n, int k, MemorySegment a, int lda, MemorySegment b, int ldb, MemorySegment c, int ldc);
    }

    private final FloatArena arena = new FloatArena();
    private final int m;
    private final int n;
    private final int k;
    private final boolean transposeA;
    private final boolean transposeB;
    private final boolean add;
    private final int lda;
    private final int ldb;
    private final int ldc;
    private final MemorySegment a;
    private final MemorySegment b;
    private final float[] before;

    ProductCase(int m, int n, int k, boolean transposeA, boolean transposeB, boolean add) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.transposeA = transposeA;
        this.transposeB = transposeB;
        this.add = add;
        this.lda = (transposeA ? m : k) + 3;
        this.ldb = (transposeB ? k : n) + 5;
        this.ldc = n + 7;
        Random random = new Random(m + 31L * n + 1009L * k);
        this.a = BlasTest.random(arena, random, (transposeA ? k : m) * lda);
        this.b = BlasTest.random(arena, random, (transposeB ? n : k) * ldb);
        this.before = BlasTest.random(arena, random, m * ldc).toArray(ValueLayout.JAVA_FLOAT);
    }

    /** The same with the first rows of A and C alone; A is not transposed. */
    ProductCase firstRows(int rows) {
        ProductCase first = new ProductCase(rows, n, k, false, transposeB, add);
        MemorySegment.copy(a, 0, first.a, 0, first.a.byteSize());
        MemorySegment.copy(b, 0, first.b, 0, b.byteSize());
        System.arraycopy(before, 0, first.before, 0, first.before.length);
        return first;
    }

    boolean transposeB() {
        return transposeB;
    }

    boolean add() {
        return add;
    }

    int ldc() {
        return ldc;
    }

    /** All of C's memory after a product. */
    float[] result(Product product) {
        MemorySegment c = arena.vector(before.length);
        MemorySegment.copy(before, 0, c, ValueLayout.JAVA_FLOAT, 0, before.length);
        product.of(m, n, k, a, lda, b, ldb, c, ldc);
        return c.toArray(ValueLayout.JAVA_FLOAT);
    }

    /**
     * What {@link #result} must be when every element is what it was and, added to it in their order, the sums of blocks of terms, each of chains of
     * fma.
     *
     * @param mostTerms of a block: there are as few as can be, of about one size
     */
    float[] expected(int mostTerms) {
        int blocks = (k + mostTerms - 1) / mostTerms;
        int depth = (k + blocks - 1) / blocks;
        float[] c = before.clone();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = add ? c[i * ldc + j] : 0;
                for (int p = 0; p < k; p += depth) {
                    sum += block(i, j, p, Math.min(p + depth, k));
                }
                c[i * ldc + j] = sum;
            }
        }
        return c;
    }

    /** Adds a number to all that C was. */
    void raise(float by) {
        for (int i = 0; i < before.length; i++) {
            before[i] += by;
        }
    }

    /** What {@link #result} would be without rounding. */
    double[] exact() {
        double[] c = new double[before.length];
        for (int place = 0; place < c.length; place++) {
            int i = place / ldc;
            int j = place % ldc;
            c[place] = before[place];
            for (int p = 0; p < k && j < n; p++) {
                double ofA = element(a, transposeA ? p * lda + i : i * lda + p);
                c[place] += ofA * element(b, transposeB ? j * ldb + p : p * ldb + j);
            }
        }
        return c;
    }

    private float block(int i, int j, int from, int to) {
        float sum = 0;
        for (int p = from; p < to; p += Kernels.CHAIN) {
            sum += chain(i, j, p, Math.min(p + Kernels.CHAIN, to));
        }
        return sum;
    }

    private float chain(int i, int j, int from, int to) {
        float sum = 0;
        for (int p = from; p < to; p++) {
            float ofA = element(a, transposeA ? p * lda + i : i * lda + p);
            sum = Math.fma(ofA, element(b, transposeB ? j * ldb + p : p * ldb + j), sum);
        }
        return sum;
    }

    private static float element(MemorySegment segment, int index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    @Override
    public void close() {
        arena.close();
    }
}
