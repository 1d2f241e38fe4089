package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;

/** Products of any shape by OpenBLAS, on all threads: the longer side of C is cut in as many parts as there are threads, and nothing else decides the cut. */
final class BlasProduct {

    /** With fewer multiplications one thread is as fast as all. */
    private static final int FEWEST_PRODUCTS = 1 << 18;

    /** A share is a multiple of this, so that every part but the last has whole register tiles. */
    private static final int GRAIN = 16;

    private final Workers workers;

    BlasProduct(Workers workers) {
        this.workers = workers;
    }

    /** {@code C = alpha op(A) op(B) + beta C}: C (m, n), op(A) (m, k), op(B) (k, n), all row-major with the given row distances. */
    void product(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        int parts = (long) m * n * k < FEWEST_PRODUCTS ? 1 : workers.threads();
        if (parts == 1) {
            Blas.sgemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        } else if (m >= n) {
            int each = share(m, parts);
            workers.run(parts, (part, worker) -> {
                int from = part * each;
                int rows = Math.min(each, m - from);
                if (rows > 0) {
                    MemorySegment partOfA = Matrix.from(a, transposeA ? from : (long) from * lda);
                    MemorySegment partOfC = Matrix.from(c, (long) from * ldc);
                    Blas.sgemm(transposeA, transposeB, rows, n, k, alpha, partOfA, lda, b, ldb, beta, partOfC, ldc);
                }
            });
        } else {
            int each = share(n, parts);
            workers.run(parts, (part, worker) -> {
                int from = part * each;
                int cols = Math.min(each, n - from);
                if (cols > 0) {
                    MemorySegment partOfB = Matrix.from(b, transposeB ? (long) from * ldb : from);
                    MemorySegment partOfC = Matrix.from(c, from);
                    Blas.sgemm(transposeA, transposeB, m, cols, k, alpha, a, lda, partOfB, ldb, beta, partOfC, ldc);
                }
            });
        }
    }

    private static int share(int size, int parts) {
        int share = (size + parts - 1) / parts;
        return (share + GRAIN - 1) / GRAIN * GRAIN;
    }
}
