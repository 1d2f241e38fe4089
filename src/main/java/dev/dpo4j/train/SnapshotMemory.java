package dev.dpo4j.train;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.TensorReader;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.FloatArena;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a checkpoint's writer reads, on its own thread: the run's memory, and from {@link #detach} on, be it in the middle of a tensor, a
 * copy of it as it was then.
 */
final class SnapshotMemory implements TensorReader, AutoCloseable {

    private final List<NamedTensor> tensors;
    private final FloatArena arena = new FloatArena();
    private final IdentityHashMap<NamedTensor, MemorySegment> copies = new IdentityHashMap<>();

    /** @param tensors all that will be read, by identity */
    SnapshotMemory(List<NamedTensor> tensors) {
        this.tensors = tensors;
    }

    @Override
    public synchronized void read(NamedTensor tensor, Consumer<MemorySegment> use) {
        use.accept(copies.getOrDefault(tensor, tensor.data()));
    }

    /** Copies everything, what has been written already included, since a writer may have to begin again; then the run may change its own. */
    synchronized void detach(Compute compute) {
        // Read only when all of it is there: an arena that finds no memory in between frees what it has given.
        IdentityHashMap<NamedTensor, MemorySegment> all = new IdentityHashMap<>();
        for (NamedTensor tensor : tensors) {
            int[] dimensions = matrix(tensor);
            MemorySegment copy =
                    arena.uninitialised(dimensions[0], dimensions[1]).segment();
            long width = (long) dimensions[1] * Float.BYTES;
            compute.rows(
                    dimensions[0],
                    dimensions[1],
                    (from, to) ->
                            MemorySegment.copy(tensor.data(), from * width, copy, from * width, (to - from) * width));
            all.put(tensor, copy);
        }
        copies.putAll(all);
    }

    synchronized boolean detached() {
        return !copies.isEmpty();
    }

    /** Rows and columns; a vector is one column, so that its copying is shared too. */
    private static int[] matrix(NamedTensor tensor) {
        int rows = Math.toIntExact(tensor.shape()[0]);
        return new int[] {rows, rows == 0 ? 0 : Math.toIntExact(tensor.size() / rows)};
    }

    /** Frees the copy; nobody reads any more. */
    @Override
    public synchronized void close() {
        copies.clear();
        arena.close();
    }
}
