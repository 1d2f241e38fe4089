package dev.dpo4j.tensor;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The machine's arithmetic: kernels, row-major GEMM and the threads that run both.
 *
 * <p>One computation has the machine at a time. Long ones call {@link #yieldTurn} between layers, which hands over once they have held
 * the machine for a while and somebody waits: so a short request waits for a slice of a training step, not for the step.
 */
public final class Compute implements AutoCloseable {

    /** One part of a piece of work. */
    @FunctionalInterface
    public interface Part {
        /**
         * Does one part.
         *
         * @param part which part
         * @param worker which thread does it, below {@link Compute#threads}: for scratch memory
         */
        void run(int part, int worker);
    }

    /** Rows from (inclusive) to (exclusive). */
    @FunctionalInterface
    public interface Rows {
        /** Does the rows. */
        void run(int from, int to);
    }

    private static final Duration SLICE = Duration.ofMillis(20);

    /** Elements a thread should have to do before work is worth cutting. */
    private static final int SMALLEST_PART = 1 << 14;

    private final Kernels kernels;
    private final Workers workers;
    private final PanelProduct panelProduct;
    private final TransposedProduct transposedProduct;
    private final BlasProduct blasProduct;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final long sliceNanos;
    private long heldSince;

    /**
     * A machine with the best kernels this JVM can run.
     *
     * @param threads how many cores to use
     */
    public Compute(int threads) {
        this(KernelSelection.best(), threads);
    }

    /**
     * A machine of its own.
     *
     * @param threads how many cores to use
     */
    public Compute(Kernels kernels, int threads) {
        this(kernels, threads, SLICE);
    }

    /**
     * A machine of its own.
     *
     * @param threads how many cores to use
     * @param slice how long a computation keeps the machine while others wait
     */
    public Compute(Kernels kernels, int threads, Duration slice) {
        this.kernels = kernels;
        this.workers = new Workers(threads);
        this.panelProduct = new PanelProduct(kernels, workers);
        this.transposedProduct = new TransposedProduct(kernels, workers);
        this.blasProduct = new BlasProduct(workers);
        this.sliceNanos = slice.toNanos();
    }

    /**
     * Starts loading the native libraries on a thread of its own, beside what else a start has to do. Whoever
     * needs them waits until they are there, and hears of it if they cannot be loaded.
     */
    public static void loadInBackground() {
        Thread.ofPlatform().name("native-libraries").daemon(true).start(Blas::core);
    }

    /** The kernels, for work on a single part. */
    public Kernels kernels() {
        return kernels;
    }

    /** The number of threads that share the work. */
    public int threads() {
        return workers.threads();
    }

    /** What decides the last bit of a result besides the program: kernel lanes, whose products, BLAS core and version, threads. */
    public String fingerprint() {
        String products =
                kernels.fastProducts() ? "panels, chains of %d, blocks and attention, ".formatted(Kernels.CHAIN) : "";
        return "lanes=%d; blas=%s%s; threads=%d".formatted(kernels.lanes(), products, Blas.core(), threads());
    }

    /** Runs a computation when its turn has come; a computation within one goes on at once. */
    public <T> T call(Supplier<T> computation) {
        turn.lock();
        try {
            heldSince = System.nanoTime();
            return computation.get();
        } finally {
            turn.unlock();
        }
    }

    /** Runs a computation when its turn has come; a computation within one goes on at once. */
    public void run(Runnable computation) {
        turn.lock();
        try {
            heldSince = System.nanoTime();
            computation.run();
        } finally {
            turn.unlock();
        }
    }

    /** A point at which others may have the machine: between layers, where nothing is half done. */
    public void yieldTurn() {
        if (turn.getHoldCount() == 1 && turn.hasQueuedThreads() && System.nanoTime() - heldSince >= sliceNanos) {
            turn.unlock();
            turn.lock(); // fair: those who waited come first
            heldSince = System.nanoTime();
        }
    }

    /** The products that {@link #gemm} leaves to OpenBLAS, to compare with. */
    BlasProduct blasProduct() {
        return blasProduct;
    }

    /** Runs {@code parts} parts on all threads; parts must not depend on each other. */
    public void parallel(int parts, Part work) {
        workers.run(parts, work);
    }

    /**
     * Cuts rows between the threads.
     *
     * @param width elements in a row, by which it is judged whether cutting pays
     */
    public void rows(int rows, int width, Rows work) {
        long size = (long) rows * width;
        int parts = (int) Math.min(Math.min(threads(), rows), Math.max(1, size / SMALLEST_PART));
        if (parts <= 1) {
            work.run(0, rows);
            return;
        }
        int each = (rows + parts - 1) / parts;
        workers.run(parts, (part, worker) -> {
            int from = part * each;
            int to = Math.min(rows, from + each);
            if (from < to) {
                work.run(from, to);
            }
        });
    }

    /**
     * {@code C = alpha op(A) op(B) + beta C} on all threads: C (m, n), op(A) (m, k), op(B) (k, n), all row-major with the given row
     * distances. By {@link PanelProduct}, {@link TransposedProduct} or {@link BlasProduct}: the arguments decide which, and so the last bit.
     */
    public void gemm(
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
        if (m == 0 || n == 0) {
            return;
        }
        if (panelProduct.suits(transposeA, m, n, k, alpha, beta)) {
            panelProduct.product(transposeB, m, n, k, a, lda, b, ldb, beta == 1 ? c : null, c, ldc);
            return;
        }
        if (transposedProduct.suits(transposeA, transposeB, m, n, k, alpha, beta)) {
            transposedProduct.product(m, n, k, a, lda, b, ldb, beta == 1, c, ldc);
            return;
        }
        blasProduct.product(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    /**
     * {@code C = D + A Bᵀ} on all threads, all row-major and without gaps.
     *
     * @param a (m, k)
     * @param b (n, k)
     * @param d (m, n), which may be C
     * @param c (m, n), written
     */
    public void gemmFrom(int m, int n, int k, MemorySegment a, MemorySegment b, MemorySegment d, MemorySegment c) {
        if (m > 0 && panelProduct.suits(false, m, n, k, 1, 1)) {
            panelProduct.product(true, m, n, k, a, k, b, k, d, c, n);
            return;
        }
        copy(d, c, m, n);
        gemm(false, true, m, n, k, 1, a, k, b, k, 1, c, n);
    }

    /** Sets a matrix's first rows to 0, on all threads. */
    public void zero(Matrix matrix, int rows) {
        long row = (long) matrix.cols() * Float.BYTES;
        rows(
                rows,
                matrix.cols(),
                (from, to) ->
                        matrix.segment().asSlice(from * row, (to - from) * row).fill((byte) 0));
    }

    /** Copies rows of so many elements, unless both are the same memory. */
    public void copy(MemorySegment from, MemorySegment to, int rows, int width) {
        if (from.address() != to.address()) {
            long row = (long) width * Float.BYTES;
            rows(
                    rows,
                    width,
                    (first, end) -> MemorySegment.copy(from, first * row, to, first * row, (end - first) * row));
        }
    }

    /** {@link #gemm} on the calling thread alone: for work that is itself a part. */
    public void gemmOnThisThread(
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
        if (m > 0 && n > 0) {
            Blas.sgemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
