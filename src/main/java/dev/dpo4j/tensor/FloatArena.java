package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Owns off-heap matrices that live and die together: a model's weights, a run's activations. Closing it frees them at once rather
 * than when the garbage collector notices. Not for use by several threads at once.
 *
 * <p>The memory is the C library's and ND4J's arrays lie over it: ND4J's own allocation writes to all of it on one thread, which takes
 * seconds for what a training needs.
 */
public final class FloatArena implements AutoCloseable {

    private final List<NativeMemory.Block> blocks = new ArrayList<>();
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

    private Matrix allocate(int rows, int cols, boolean zeroed) {
        if (closed) {
            throw new IllegalStateException("This memory has been freed");
        }
        long size = Math.max(1, (long) rows * cols);
        NativeMemory.Block block = NativeMemory.allocate(size * Float.BYTES, zeroed);
        blocks.add(block);
        INDArray array = over(block.memory(), Math.max(1, rows), Math.max(1, cols));
        arrays.add(array);
        bytes += size * Float.BYTES;
        return new Matrix(array, block.memory(), rows, cols);
    }

    /** ND4J's view of memory that is not its own. */
    private static INDArray over(MemorySegment memory, int rows, int cols) {
        long size = (long) rows * cols;
        Pointer start = new Pointer() {
            {
                address = memory.address();
            }
        };
        FloatPointer pointer = new FloatPointer(start).capacity(size);
        return Nd4j.create(Nd4j.createBuffer(pointer, size, DataType.FLOAT), new long[] {rows, cols});
    }

    @Override
    public void close() {
        closed = true;
        arrays.forEach(INDArray::close);
        arrays.clear();
        blocks.forEach(NativeMemory::free);
        blocks.clear();
        bytes = 0;
    }
}
