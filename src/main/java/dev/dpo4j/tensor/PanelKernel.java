package dev.dpo4j.tensor;

import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The product of rows with a panel, {@code C = D + op(A) panel}: of any number of columns, while the kernel below knows whole panels alone.
 * Every element of the result is summed as by {@link Kernels#product}.
 */
final class PanelKernel {

    /** Narrower matrices, as adapters are, would be filled up with zeros. */
    static final int LEAST = 64;

    /** Rows that take the way by a panel's width at a time: whole tiles. */
    private static final int EDGE_ROWS = 96;

    private final Kernels kernels;
    private final int columns;
    private final ThreadMemory edges; // (EDGE_ROWS, columns)

    PanelKernel(Kernels kernels, int threads) {
        this.kernels = kernels;
        this.columns = kernels.panelColumns();
        this.edges = new ThreadMemory(threads, (long) EDGE_ROWS * columns);
    }

    /** Whether products are better computed here, as far as these say. */
    boolean suits(float alpha, float beta) {
        return kernels.fastProducts() && alpha == 1 && (beta == 0 || beta == 1);
    }

    /** Columns of a panel. */
    int columns() {
        return columns;
    }

    /**
     * Puts a panel of op(B) in order: (depth, columns), zeros where B ends.
     *
     * @param transposeB whether B is (cols, depth), or (depth, cols)
     */
    void order(boolean transposeB, MemorySegment b, int ldb, int depth, int cols, MemorySegment panel) {
        if (cols < columns) {
            panel.asSlice(0, (long) depth * columns * Float.BYTES).fill((byte) 0);
        }
        if (transposeB) {
            kernels.transpose(b, ldb, cols, depth, panel, columns);
        } else {
            kernels.copy(b, ldb, depth, cols, panel, columns);
        }
    }

    /**
     * Multiplies, on the calling thread.
     *
     * @param transposeA whether A is (depth, rows), or (rows, depth)
     * @param panel (depth, columns), in order
     * @param d laid out as C is, C itself to add to it; null: zeros
     * @param c (rows, cols), written
     */
    void product(
            boolean transposeA,
            MemorySegment a,
            int lda,
            MemorySegment panel,
            @Nullable MemorySegment d,
            MemorySegment c,
            int ldc,
            int rows,
            int cols,
            int depth,
            int worker) {
        if (cols == columns) {
            kernels.product(transposeA, a, lda, panel, d, c, ldc, rows, depth);
            return;
        }
        MemorySegment edge = edges.of(worker);
        for (int from = 0; from < rows; from += EDGE_ROWS) {
            int some = Math.min(EDGE_ROWS, rows - from);
            long place = (long) from * ldc;
            MemorySegment begin = null;
            if (d != null) {
                kernels.copy(Matrix.from(d, place), ldc, some, cols, edge, columns);
                begin = edge;
            }
            MemorySegment aRows = Matrix.from(a, transposeA ? from : (long) from * lda);
            kernels.product(transposeA, aRows, lda, panel, begin, edge, columns, some, depth);
            kernels.copy(edge, columns, some, cols, Matrix.from(c, place), ldc);
        }
    }
}
