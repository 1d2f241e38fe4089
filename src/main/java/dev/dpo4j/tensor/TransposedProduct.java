package dev.dpo4j.tensor;

import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Products whose terms are rows, {@code C = Aᵀ B} or {@code C += Aᵀ B}, as gradients of weights are, on the kernel of {@link PanelProduct}.
 * All of B is put in order first, panel by panel; then a thread takes some columns of A at a time, copies them into its second-level cache
 * as they lie, and runs them past the panels. On a Zen 5 (two runs of {@code GemmBenchmark}) a layer's gradients were 1.02 to 1.05 times as
 * fast as with OpenBLAS, and the head's 1.10 to 1.14 times: it copies B again for each thread, and reads and writes the result once for every
 * 448 terms.
 *
 * <p>Every element of the result is what it was and, added to it one after the other, the sum of each {@link #DEPTH} terms or fewer, as
 * {@link Kernels#product} sums them: it does not depend on the number of threads.
 */
final class TransposedProduct {

    /** Terms at a time: a block of A then has 432 KB and a panel of B 288 KB, seven tenths of a second-level cache of 1 MB together. */
    static final int DEPTH = 1152;

    /** The most columns of a block of A: whole tiles. */
    private static final int BLOCK = 96;

    /** The most columns of B that are in order at a time, for what there is of memory. */
    private static final int COLUMNS = 2048;

    /** With fewer terms, OpenBLAS is as fast. */
    private static final int FEWEST_TERMS = 256;

    private static final int CACHE_LINE = 64;

    private final Kernels kernels;
    private final PanelKernel kernel;
    private final Workers workers;
    private final ReentrantLock scratch = new ReentrantLock();
    private final ThreadMemory blocks; // (DEPTH, BLOCK)
    private MemorySegment panels = MemorySegment.NULL; // of (depth, columns) each

    TransposedProduct(Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.kernel = new PanelKernel(kernels, workers.threads());
        this.workers = workers;
        this.blocks = new ThreadMemory(workers.threads(), (long) DEPTH * BLOCK);
    }

    /** Whether a product is better computed here. */
    boolean suits(boolean transposeA, boolean transposeB, int m, int n, int k, float alpha, float beta) {
        return kernel.suits(alpha, beta)
                && transposeA
                && !transposeB
                && m >= PanelKernel.LEAST
                && n >= PanelKernel.LEAST
                && k >= FEWEST_TERMS;
    }

    /**
     * {@code C = Aᵀ B}, all row-major with the given row distances.
     *
     * @param a (k, m)
     * @param b (k, n)
     * @param c (m, n), added to or written
     */
    void product(
            int m,
            int n,
            int k,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            boolean add,
            MemorySegment c,
            int ldc) {
        scratch.lock(); // whoever computes without a turn of its own waits here
        try {
            int parts = (k + DEPTH - 1) / DEPTH;
            int depth = (k + parts - 1) / parts;
            reserve(depth, Math.min(n, COLUMNS));
            for (int p = 0; p < k; p += depth) {
                MemorySegment terms = Matrix.from(a, (long) p * lda);
                for (int col = 0; col < n; col += COLUMNS) {
                    MemorySegment bPart = Matrix.from(b, (long) p * ldb + col);
                    int cols = Math.min(COLUMNS, n - col);
                    part(
                            m,
                            cols,
                            Math.min(depth, k - p),
                            terms,
                            lda,
                            bPart,
                            ldb,
                            add || p > 0,
                            Matrix.from(c, col),
                            ldc);
                }
            }
        } finally {
            scratch.unlock();
        }
    }

    /** So many terms, and columns of B, as the scratch memory holds. */
    private void part(
            int m,
            int n,
            int depth,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            boolean add,
            MemorySegment c,
            int ldc) {
        int columns = kernel.columns();
        int count = (n + columns - 1) / columns;
        workers.run(count, (panel, worker) -> {
            int col = panel * columns;
            kernel.order(false, Matrix.from(b, col), ldb, depth, Math.min(columns, n - col), panel(panel, depth));
        });
        int each = columnsOfABlock(m);
        workers.run((m + each - 1) / each, (part, worker) -> {
            int from = part * each;
            int rows = Math.min(each, m - from);
            MemorySegment block = blocks.of(worker);
            kernels.copy(Matrix.from(a, from), lda, depth, rows, block, BLOCK);
            for (int panel = 0; panel < count; panel++) {
                int col = panel * columns;
                MemorySegment tile = Matrix.from(c, (long) from * ldc + col);
                kernel.product(
                        true,
                        block,
                        BLOCK,
                        panel(panel, depth),
                        add ? tile : null,
                        tile,
                        ldc,
                        rows,
                        Math.min(columns, n - col),
                        depth,
                        worker);
            }
        });
    }

    /** Columns of A that a thread takes at a time: so that each thread has equally many blocks, where the matrix is large enough for that. */
    private int columnsOfABlock(int m) {
        int threads = workers.threads();
        int rounds = (m + BLOCK * threads - 1) / (BLOCK * threads);
        return OrderedMatrix.wholeTiles((m + rounds * threads - 1) / (rounds * threads));
    }

    private MemorySegment panel(int panel, int depth) {
        return Matrix.from(panels, (long) panel * kernel.columns() * depth);
    }

    private void reserve(int depth, int columns) {
        int wide = kernel.columns();
        long bytes = (long) (columns + wide - 1) / wide * wide * depth * Float.BYTES;
        if (panels.byteSize() < bytes) {
            panels = Arena.ofAuto().allocate(bytes, CACHE_LINE);
        }
    }
}
