package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A row-major float32 matrix off the heap: one ND4J array, seen by kernels and BLAS as raw memory.
 *
 * @param array ND4J's view of the memory, (rows, cols), c-ordered
 * @param segment the same memory
 * @param rows number of rows
 * @param cols number of columns; also the distance between two rows
 */
public record Matrix(INDArray array, MemorySegment segment, int rows, int cols) {

    /** The memory from the first element of a row on. */
    public MemorySegment fromRow(int row) {
        return segment.asSlice((long) row * cols * Float.BYTES);
    }

    /** The memory from one element on; rows stay {@link #cols} apart. */
    public MemorySegment from(int row, int col) {
        return segment.asSlice(((long) row * cols + col) * Float.BYTES);
    }

    /** The number of elements. */
    public long size() {
        return (long) rows * cols;
    }
}
