package dev.dpo4j.tensor;

import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Products of many rows with weights, {@code C = A op(B)} or {@code C = D + A op(B)}, on a kernel of our own, a panel of columns at a time (Goto &
 * van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 2008). A thread puts the panel of B in order, contiguous and
 * small enough for its second-level cache, and runs the rows of A past it as they lie. OpenBLAS copies A too, writes the result once
 * before it begins, and reads and writes it once for every 448 terms: on a Zen 5 (two runs of {@code GemmBenchmark}) a layer's forward products
 * were 0.97 to 1.07 times as fast here, 1.02 on average, and gradients of inputs 1.00 to 1.10 times, 1.04 on average.
 *
 * <p>Every element of the result is D and, added to it one after the other, the sum of each {@link #DEPTH} terms or fewer, as
 * {@link Kernels#product} sums them: it depends neither on the number of threads nor on which rows are multiplied together with it.
 */
final class PanelProduct {

    /** Terms at a time: a panel of B then has 256 KB, a quarter of the second-level cache of the CPUs it is for. */
    static final int DEPTH = 1024;

    /** With fewer rows, OpenBLAS is as fast. */
    private static final int FEWEST_ROWS = 256;

    /** Rows for which a panel is worth being put in order. */
    private static final int FEWEST_ROWS_OF_A_PART = 96;

    /** Parts for each thread from which on the last ones no longer matter. */
    private static final int MANY_PARTS = 16;

    private final PanelKernel kernel;
    private final Workers workers;
    private final ReentrantLock scratch = new ReentrantLock();
    private final ThreadMemory panels; // (DEPTH, columns)

    PanelProduct(Kernels kernels, Workers workers) {
        this.kernel = new PanelKernel(kernels, workers.threads());
        this.workers = workers;
        this.panels = new ThreadMemory(workers.threads(), (long) DEPTH * kernel.columns());
    }

    /** Whether a product is better computed here. */
    boolean suits(boolean transposeA, int m, int n, int k, float alpha, float beta) {
        return kernel.suits(alpha, beta)
                && !transposeA
                && m >= FEWEST_ROWS
                && n >= PanelKernel.LEAST
                && k >= PanelKernel.LEAST;
    }

    /**
     * {@code C = D + A op(B)}, all row-major with the given row distances.
     *
     * @param transposeB whether B is (n, k), or (k, n)
     * @param a (m, k)
     * @param d laid out as C is, C itself to add to it; null: zeros
     * @param c (m, n), written
     */
    void product(
            boolean transposeB,
            int m,
            int n,
            int k,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            @Nullable MemorySegment d,
            MemorySegment c,
            int ldc) {
        scratch.lock(); // whoever computes without a turn of its own waits here
        try {
            int blocks = (k + DEPTH - 1) / DEPTH;
            int depth = (k + blocks - 1) / blocks;
            for (int p = 0; p < k; p += depth) {
                int some = Math.min(depth, k - p);
                MemorySegment ofA = Matrix.from(a, p);
                MemorySegment ofB = Matrix.from(b, transposeB ? p : (long) p * ldb);
                block(transposeB, m, n, some, ofA, lda, ofB, ldb, p == 0 ? d : c, c, ldc);
            }
        } finally {
            scratch.unlock();
        }
    }

    /** So many terms as a panel holds. */
    private void block(
            boolean transposeB,
            int m,
            int n,
            int depth,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            @Nullable MemorySegment d,
            MemorySegment c,
            int ldc) {
        int columns = kernel.columns();
        int count = (n + columns - 1) / columns;
        int cuts = cuts(count, m);
        int rowsEach = OrderedMatrix.wholeTiles((m + cuts - 1) / cuts);
        workers.run(count * cuts, (part, worker) -> {
            int col = part / cuts * columns;
            int cols = Math.min(columns, n - col);
            int from = part % cuts * rowsEach;
            int rows = Math.min(rowsEach, m - from);
            if (rows <= 0) {
                return;
            }
            MemorySegment panel = panels.of(worker);
            kernel.order(transposeB, Matrix.from(b, transposeB ? (long) col * ldb : col), ldb, depth, cols, panel);
            MemorySegment aRows = Matrix.from(a, (long) from * lda);
            long place = (long) from * ldc + col;
            MemorySegment dRows = d == null ? null : Matrix.from(d, place);
            MemorySegment cRows = Matrix.from(c, place);
            kernel.product(false, aRows, lda, panel, dRows, cRows, ldc, rows, cols, depth, worker);
        });
    }

    /** In how many parts rows are cut, so that the threads have equally many parts, or so many that it does not matter. */
    private int cuts(int count, int rows) {
        int threads = workers.threads();
        int most = Math.max(1, rows / FEWEST_ROWS_OF_A_PART);
        int cuts = 1;
        while (cuts < most && count * cuts % threads != 0 && count * cuts < MANY_PARTS * threads) {
            cuts++;
        }
        return cuts;
    }
}
