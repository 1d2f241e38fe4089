package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row-major float32 matrix off the heap, seen by kernels and BLAS as raw memory and by whoever asks as an ND4J array.
 *
 * @param segment the memory
 * @param rows number of rows
 * @param cols number of columns; also the distance between two rows
 */
public record Matrix(MemorySegment segment, int rows, int cols) {

    /** ND4J's view of the memory, (rows, cols), c-ordered: to be used no longer than the memory is there. */
    public INDArray array() {
        Pointer start = new Pointer() {
            {
                address = segment.address();
            }
        };
        FloatPointer pointer = new FloatPointer(start).capacity(size());
        return Nd4j.create(Nd4j.createBuffer(pointer, size(), DataType.FLOAT), new long[] {rows, cols});
    }

    /** The memory from the first element of a row on. */
    public MemorySegment fromRow(int row) {
        return segment.asSlice((long) row * cols * Float.BYTES);
    }

    /** Memory of float32 from a row on, of rows of so many elements. */
    public static MemorySegment fromRow(MemorySegment floats, int row, int cols) {
        return from(floats, (long) row * cols);
    }

    /** The memory from one element on; rows stay {@link #cols} apart. */
    public MemorySegment from(int row, int col) {
        return segment.asSlice(((long) row * cols + col) * Float.BYTES);
    }

    /** Memory of float32 from one of its elements on. */
    public static MemorySegment from(MemorySegment floats, long element) {
        return floats.asSlice(element * Float.BYTES);
    }

    /** Copies a row to one of a matrix that is as wide. */
    public void copyRow(int row, Matrix to, int toRow) {
        long bytes = (long) cols * Float.BYTES;
        MemorySegment.copy(segment, row * bytes, to.segment, toRow * bytes, bytes);
    }

    /** The number of elements. */
    public long size() {
        return (long) rows * cols;
    }
}
