package dev.dpo4j.safetensors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills tensors from a file that must hold each of them, in its shape, and no other. Nothing is written if it does not. */
public final class ExactSink implements TensorSink {

    private final String config;
    private final Map<String, NamedTensor> wanted = new HashMap<>();

    /**
     * A sink for one file.
     *
     * @param config what says which tensors are wanted, for errors
     * @param wanted the tensors to fill
     */
    public ExactSink(String config, List<NamedTensor> wanted) {
        this.config = config;
        wanted.forEach(tensor -> this.wanted.put(tensor.name(), tensor));
    }

    /** @throws WrongTensorsException naming what is missing, unknown or of another shape */
    @Override
    public void begin(SafetensorsHeader header) throws IOException {
        Map<String, long[]> expected = new HashMap<>();
        wanted.forEach((name, tensor) -> expected.put(name, tensor.shape()));
        TensorShapes.requireEqual(config, expected, TensorShapes.of(header));
    }

    @Override
    public @Nullable MemorySegment destination(TensorInfo tensor) {
        NamedTensor target = wanted.get(tensor.name());
        return target == null ? null : target.data();
    }
}
