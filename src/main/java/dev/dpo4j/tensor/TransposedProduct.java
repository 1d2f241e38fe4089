package dev.dpo4j.tensor;

import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Products whose terms are rows, {@code C = Aᵀ B} or {@code C += Aᵀ B}, as gradients of weights are, on the kernel of {@link PanelProduct}.
 * All of B is put in order first, panel by panel; then a thread takes some columns of A at a time, copies them into its second-level cache
 * as they lie, and runs them past the panels. Measured on a CPU with AVX-512, a layer's gradients are 1.02 to 1.11 times as fast as with
 * OpenBLAS, which copies B again for each thread and reads and writes the result once for every 448 terms.
 *
 * <p>Every element of the result is one chain of fma over its terms in order: it does not depend on the number of threads, nor on how the
 * rows are divided between calls that add.
 */
final class TransposedProduct {

    /** Terms at a time: a block of A then has 432 KB and a panel of B 288 KB, seven tenths of a second-level cache of 1 MB together. */
    private static final int DEPTH = 1152;

    /** The most columns of a block of A: whole tiles. */
    private static final int BLOCK = 96;

    /** The most columns of B that are in order at a time, for what there is of memory. */
    private static final int COLUMNS = 2048;

    /** With fewer terms, OpenBLAS is as fast. */
    private static final int FEWEST_TERMS = 256;

    /** Narrower matrices, as adapters are, would be filled up with zeros. */
    private static final int LEAST = 64;

    private static final int CACHE_LINE = 64;

    private final Kernels kernels;
    private final Workers workers;
    private final int panelColumns;
    private final ReentrantLock scratch = new ReentrantLock();
    private final Arena arena = Arena.ofAuto(); // never freed under a product that goes on while the service ends
    private final List<MemorySegment> blocks = new ArrayList<>(); // one for each thread: (DEPTH, BLOCK)
    private final List<MemorySegment> edges = new ArrayList<>(); // one for each thread: (BLOCK, panelColumns)
    private MemorySegment panels = MemorySegment.NULL; // of (depth, panelColumns) each

    TransposedProduct(Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.panelColumns = kernels.panelColumns();
    }

    /** Whether a product is better computed here. */
    boolean suits(boolean transposeA, boolean transposeB, int m, int n, int k, float alpha, float beta) {
        return kernels.fastProducts()
                && transposeA
                && !transposeB
                && alpha == 1
                && (beta == 0 || beta == 1)
                && m >= LEAST
                && n >= LEAST
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
            allocate(depth, Math.min(n, COLUMNS));
            for (int p = 0; p < k; p += depth) {
                MemorySegment terms = slice(a, (long) p * lda);
                for (int col = 0; col < n; col += COLUMNS) {
                    MemorySegment bPart = slice(b, (long) p * ldb + col);
                    int cols = Math.min(COLUMNS, n - col);
                    part(m, cols, Math.min(depth, k - p), terms, lda, bPart, ldb, add || p > 0, slice(c, col), ldc);
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
        int count = (n + panelColumns - 1) / panelColumns;
        workers.run(count, (panel, worker) -> fill(panel, n, depth, b, ldb));
        int each = columnsOfABlock(m);
        workers.run((m + each - 1) / each, (part, worker) -> {
            int from = part * each;
            int rows = Math.min(each, m - from);
            MemorySegment block = blocks.get(worker);
            kernels.copy(slice(a, from), lda, depth, rows, block, BLOCK);
            for (int panel = 0; panel < count; panel++) {
                int col = panel * panelColumns;
                MemorySegment tile = slice(c, (long) from * ldc + col);
                int cols = Math.min(panelColumns, n - col);
                if (cols == panelColumns) {
                    kernels.product(true, block, BLOCK, panel(panel, depth), add ? tile : null, tile, ldc, rows, depth);
                } else {
                    MemorySegment edge = edges.get(worker);
                    kernels.copy(tile, ldc, rows, cols, edge, panelColumns);
                    kernels.product(
                            true,
                            block,
                            BLOCK,
                            panel(panel, depth),
                            add ? edge : null,
                            edge,
                            panelColumns,
                            rows,
                            depth);
                    kernels.copy(edge, panelColumns, rows, cols, tile, ldc);
                }
            }
        });
    }

    /** Puts a panel of B in order: (depth, panelColumns), zeros where B ends. */
    private void fill(int panel, int n, int depth, MemorySegment b, int ldb) {
        MemorySegment to = panel(panel, depth);
        int col = panel * panelColumns;
        int cols = Math.min(panelColumns, n - col);
        if (cols < panelColumns) {
            to.asSlice(0, (long) depth * panelColumns * Float.BYTES).fill((byte) 0);
        }
        kernels.copy(slice(b, col), ldb, depth, cols, to, panelColumns);
    }

    /** Columns of A that a thread takes at a time: so that each thread has equally many blocks, where the matrix is large enough for that. */
    private int columnsOfABlock(int m) {
        int threads = workers.threads();
        int rounds = (m + BLOCK * threads - 1) / (BLOCK * threads);
        return OrderedMatrix.wholeTiles((m + rounds * threads - 1) / (rounds * threads));
    }

    private MemorySegment panel(int panel, int depth) {
        return slice(panels, (long) panel * panelColumns * depth);
    }

    private void allocate(int depth, int columns) {
        while (blocks.size() < workers.threads()) {
            blocks.add(arena.allocate((long) DEPTH * BLOCK * Float.BYTES, CACHE_LINE));
            edges.add(arena.allocate((long) BLOCK * panelColumns * Float.BYTES, CACHE_LINE));
        }
        long bytes = (long) (columns + panelColumns - 1) / panelColumns * panelColumns * depth * Float.BYTES;
        if (panels.byteSize() < bytes) {
            panels = Arena.ofAuto().allocate(bytes, CACHE_LINE);
        }
    }

    private static MemorySegment slice(MemorySegment segment, long element) {
        return segment.asSlice(element * Float.BYTES);
    }
}
