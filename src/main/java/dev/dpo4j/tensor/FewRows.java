package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * {@code C = A Bᵀ + beta C} with few rows of A, as when a short request or a single new token goes through a layer: B, the weights, is
 * read once and used little, so that OpenBLAS's way of copying it into another order first costs more than multiplying.
 *
 * <p>OpenBLAS has kernels without that copy for CPUs with AVX-512. It takes them where a call has at most {@link #MOST_PRODUCTS}
 * multiplications, at most {@link #MOST_RESULTS} results and no fewer than {@link #LEAST_DEPTH} terms in each
 * (kernel/x86_64/sgemm_small_kernel_permit_skylakex.c in its 0.3.31). So a larger product goes in pieces of that size: 1.2 times as fast
 * at 128 rows, twice at 16, and up to seven times at one.
 */
final class FewRows {

    /** From about 300 rows on the pieces would be slower than the whole. */
    private static final int MOST_ROWS = 128;

    private static final int MOST_PRODUCTS = 1_000_000;
    private static final int MOST_RESULTS = 1200;
    private static final int LEAST_DEPTH = 32;

    /** Wider pieces are no faster. */
    private static final int WIDEST = 64;

    /** Pieces are cut at multiples of this, half a vector. */
    private static final int GRAIN = 8;

    /** OpenBLAS's names of the CPUs whose kernels these are. */
    private static final Set<String> CORES = Set.of("SkylakeX", "Cooperlake", "SapphireRapids");

    private FewRows() {}

    /** Whether a product is better computed here. */
    static boolean suit(String core, boolean transposeA, boolean transposeB, int m, int n, int k) {
        return !transposeA
                && transposeB
                && m <= MOST_ROWS
                && k >= LEAST_DEPTH
                && ((long) m * n > MOST_RESULTS || (long) m * n * k > MOST_PRODUCTS) // else it is small already
                && CORES.contains(core);
    }

    /** C (m, n), A (m, k), B (n, k), all row-major with the given row distances. */
    static void product(
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
        int width = Math.min(WIDEST, MOST_RESULTS / m / GRAIN * GRAIN);
        int mostDepth = MOST_PRODUCTS / (m * width);
        int cuts = (k + mostDepth - 1) / mostDepth;
        int depth = Math.min(k, ((k + cuts - 1) / cuts + GRAIN - 1) / GRAIN * GRAIN);
        for (int col = 0; col < n; col += width) {
            int cols = Math.min(width, n - col);
            for (int from = 0; from < k; from += depth) {
                Blas.call(
                        false,
                        true,
                        m,
                        cols,
                        Math.min(depth, k - from),
                        alpha,
                        Matrix.from(a, from),
                        lda,
                        Matrix.from(b, (long) col * ldb + from),
                        ldb,
                        from == 0 ? beta : 1,
                        Matrix.from(c, col),
                        ldc);
            }
        }
    }
}
