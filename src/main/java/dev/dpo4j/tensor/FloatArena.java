package dev.dpo4j.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Owns off-heap matrices that live and die together: a model's weights, a run's activations. Closing it frees them at once rather
 * than when the garbage collector notices. Not for use by several threads at once.
 *
 * <p>An arena that cannot give what it is asked for frees all it has given: mostly its owner is being constructed, so that nobody will have it
 * to close, and what lives together is of no use in part.
 *
 * <p>The memory is the C library's, of which ND4J's arrays are views: ND4J's own allocation writes to all of it on one thread, which takes
 * seconds for what a training needs.
 */
public final class FloatArena implements AutoCloseable {

    private final List<NativeMemory.Block> blocks = new ArrayList<>();
    private long bytes;
    private boolean closed;

    /**
     * A matrix of zeros.
     *
     * @throws OutOfMemoryError when there is no memory for it; this arena is closed then
     */
    public Matrix matrix(int rows, int cols) {
        return allocate(rows, cols, true);
    }

    /**
     * A matrix with whatever the memory held: for buffers that are written before they are read.
     *
     * @throws OutOfMemoryError likewise
     */
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
        boolean given = false;
        try {
            NativeMemory.Block block = NativeMemory.allocate(size * Float.BYTES, zeroed);
            blocks.add(block);
            bytes += size * Float.BYTES;
            Matrix matrix = new Matrix(block.memory(), rows, cols);
            given = true;
            return matrix;
        } finally {
            if (!given) {
                close();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        blocks.forEach(NativeMemory::free);
        blocks.clear();
        bytes = 0;
    }
}
