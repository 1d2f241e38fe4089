package dev.dpo4j.safetensors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Where the tensors of a file go while it streams by. */
@FunctionalInterface
public interface TensorSink {

    /**
     * Called once, before any tensor, with the checked header: the moment to look for missing tensors and to weigh the size.
     *
     * @throws IOException if the file does not fit
     */
    default void begin(SafetensorsHeader header) throws IOException {}

    /**
     * Called for each tensor in file order.
     *
     * @return float32 memory of {@code 4 * tensor.size()} bytes in native order, or null to skip the tensor
     */
    @Nullable
    MemorySegment destination(TensorInfo tensor);
}
