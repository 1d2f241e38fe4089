package dev.dpo4j.tensor;

import dev.dpo4j.kernel.Kernels;
import java.lang.foreign.MemorySegment;

/**
 * A matrix (depth, columns) that stands on the right of many products of one thread, put in the order in which they read it: with kernels
 * that multiply fast, in panels of columns, each (most depth, panel columns) and contiguous; for OpenBLAS, which orders it once more, as a
 * single such panel.
 */
public final class OrderedMatrix {

    /** The widest panel of any kernels, a multiple of all others. */
    private static final int WIDEST = 64;

    private final Kernels kernels;
    private final MemorySegment memory;
    private final int mostDepth;
    private final int panelColumns;

    /**
     * A view of memory that holds nothing yet.
     *
     * @param memory (most depth, {@link #wholePanels whole panels} of most columns)
     */
    public OrderedMatrix(Kernels kernels, MemorySegment memory, int mostDepth, int mostColumns) {
        this.kernels = kernels;
        this.memory = memory;
        this.mostDepth = mostDepth;
        this.panelColumns = kernels.fastProducts() ? kernels.panelColumns() : wholePanels(mostColumns);
    }

    /** Columns that a product writes for so many columns of a result, with whichever kernels: the last ones mean nothing. */
    public static int wholePanels(int columns) {
        return (columns + WIDEST - 1) / WIDEST * WIDEST;
    }

    /** Rows of a result with which a product has no single ones left over, which would take as long as some. */
    public static int wholeTiles(int rows) {
        return (rows + Kernels.TILE_ROWS - 1) / Kernels.TILE_ROWS * Kernels.TILE_ROWS;
    }

    /** The row with which the tile of a row begins. */
    public static int tileOf(int row) {
        return row / Kernels.TILE_ROWS * Kernels.TILE_ROWS;
    }

    /** Columns of a panel: the least that a product can be cut into. */
    public int panelColumns() {
        return panelColumns;
    }

    /**
     * Puts rows of another matrix here as rows.
     *
     * @param first which row here the first of them becomes
     * @param from (count, columns), rows {@code stride} apart
     */
    public void putRows(int first, MemorySegment from, int stride, int count, int columns) {
        for (int col = 0; col < columns; col += panelColumns) {
            int cols = Math.min(panelColumns, columns - col);
            kernels.copy(Matrix.from(from, col), stride, count, cols, from(first, col), panelColumns);
        }
    }

    /**
     * Puts rows of another matrix here as columns.
     *
     * @param first which column here the first of them becomes
     * @param from (count, depth), rows {@code stride} apart
     */
    public void putColumns(int first, MemorySegment from, int stride, int count, int depth) {
        int col = first;
        while (col < first + count) {
            int cols = Math.min(panelColumns - col % panelColumns, first + count - col);
            MemorySegment rows = Matrix.from(from, (long) (col - first) * stride);
            kernels.transpose(rows, stride, cols, depth, from(0, col), panelColumns);
            col += cols;
        }
    }

    /**
     * {@code C = op(A) B} or {@code C += op(A) B} with some rows and columns of this matrix as B. With fast kernels each element is
     * summed as by {@link Kernels#product}.
     *
     * @param transposeA whether A is (terms, rows), or (rows, terms)
     * @param a its rows {@code strideA} apart
     * @param firstTerm the first row of this matrix that counts
     * @param firstColumn the first column, a multiple of a panel's
     * @param c (rows, {@link #wholePanels whole panels} of columns), rows {@code strideC} apart
     */
    public void product(
            boolean transposeA,
            MemorySegment a,
            int strideA,
            int rows,
            int firstTerm,
            int terms,
            int firstColumn,
            int columns,
            boolean add,
            MemorySegment c,
            int strideC) {
        for (int col = 0; col < columns; col += panelColumns) {
            MemorySegment b = from(firstTerm, firstColumn + col);
            MemorySegment cPart = Matrix.from(c, col);
            if (kernels.fastProducts()) {
                kernels.product(transposeA, a, strideA, b, add ? cPart : null, cPart, strideC, rows, terms);
            } else {
                int cols = Math.min(panelColumns, columns - col);
                Blas.sgemm(
                        transposeA,
                        false,
                        rows,
                        cols,
                        terms,
                        1,
                        a,
                        strideA,
                        b,
                        panelColumns,
                        add ? 1 : 0,
                        cPart,
                        strideC);
            }
        }
    }

    /** The memory from one element on; rows of its panel stay {@link #panelColumns} apart. */
    private MemorySegment from(int row, int column) {
        int panel = column / panelColumns;
        return Matrix.from(memory, ((long) panel * mostDepth + row) * panelColumns + column % panelColumns);
    }
}
