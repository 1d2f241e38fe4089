package dev.dpo4j.safetensors;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** How a writer comes to a tensor's values. */
@FunctionalInterface
public interface TensorReader {

    /** From each tensor's own memory. */
    TensorReader DIRECT = (tensor, use) -> use.accept(tensor.data());

    /**
     * Lends the values, all of them, for as long as they are used: row-major, native order, 4 bytes each. They need not lie where they lay the
     * last time.
     */
    void read(NamedTensor tensor, Consumer<MemorySegment> use);
}
