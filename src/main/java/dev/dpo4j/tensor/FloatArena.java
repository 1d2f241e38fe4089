package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Owns off-heap matrices that live and die together: a model's weights, a run's activations. Closing it frees them at once rather
 * than when the garbage collector notices. Not for use by several threads at once.
 */
public final class FloatArena implements AutoCloseable {

    static {
        NativeMemory.returnFreedBlocks();
    }

    private final List<INDArray> arrays = new ArrayList<>();
    private long bytes;
    private boolean closed;

    /** A matrix of zeros. */
    public Matrix matrix(int rows, int cols) {
        return allocate(rows, cols, true);
    }

    /** A matrix with whatever the memory held: for buffers that are written before they are read. */
    public Matrix uninitialised(int rows, int cols) {
        return allocate(rows, cols, false);
    }

    /** A row of zeros. */
    public MemorySegment vector(int size) {
        return matrix(1, size).segment();
    }

    /** Bytes this arena holds. */
    public long bytes() {
        return bytes;
    }

    @SuppressWarnings("restricted") // the array's memory is ours until close
    private Matrix allocate(int rows, int cols, boolean zeroed) {
        if (closed) {
            throw new IllegalStateException("This memory has been freed");
        }
        long size = Math.max(1, (long) rows * cols);
        INDArray array = zeroed
                ? Nd4j.create(DataType.FLOAT, Math.max(1, rows), Math.max(1, cols))
                : Nd4j.createUninitialized(DataType.FLOAT, Math.max(1, rows), Math.max(1, cols));
        arrays.add(array);
        bytes += size * Float.BYTES;
        MemorySegment segment = MemorySegment.ofAddress(array.data().address()).reinterpret(size * Float.BYTES);
        return new Matrix(array, segment, rows, cols);
    }

    @Override
    public void close() {
        closed = true;
        arrays.forEach(INDArray::close);
        arrays.clear();
        bytes = 0;
    }
}
