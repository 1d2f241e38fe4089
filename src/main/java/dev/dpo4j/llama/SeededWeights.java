package dev.dpo4j.llama;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Fresh weights as {@code torch.manual_seed(seed); LlamaForCausalLM(config)} makes them in float32, drawn in PyTorch's order: what
 * constructors draw and {@code post_init} overwrites is drawn and forgotten.
 */
public final class SeededWeights {

    private SeededWeights() {}

    /**
     * Fills every weight of {@link LlamaConfig#weightShapes()}.
     *
     * @param destination a weight's float32 memory by its name
     * @throws IllegalArgumentException if a matrix has a number of values that is no multiple of 16: torch draws those otherwise
     */
    public static void fill(LlamaConfig config, long seed, Function<String, MemorySegment> destination) {
        check(config);
        List<String> embedding = new ArrayList<>();
        List<String> linears = new ArrayList<>();
        List<String> head = new ArrayList<>();
        config.weightShapes().forEach((name, shape) -> {
            if (shape.length == 1) {
                ones(destination.apply(name));
            } else if (name.startsWith("model.layers.")) {
                linears.add(name);
            } else {
                (name.startsWith("lm_head") ? head : embedding).add(name);
            }
        });

        TorchRandom random = new TorchRandom(seed);
        skip(random, embedding, destination);
        skip(random, linears, destination);
        draw(random, config, embedding, destination);
        draw(random, config, linears, destination);
        // The head's constructor draws even when its weight is then tied to the embedding.
        // In that case nothing follows it.
        skip(random, head, destination);
        draw(random, config, head, destination);
    }

    /** Whether this configuration's weights can be drawn as torch draws them; throws with the reason if not. */
    public static void check(LlamaConfig config) {
        config.weightShapes().forEach((name, shape) -> {
            if (shape.length == 2 && shape[0] * shape[1] % TorchRandom.NORMAL_BLOCK != 0) {
                throw new IllegalArgumentException(name + " has shape " + Arrays.toString(shape)
                        + ": a seeded model needs matrices whose number of values is a multiple of "
                        + TorchRandom.NORMAL_BLOCK);
            }
        });
    }

    private static void skip(TorchRandom random, List<String> names, Function<String, MemorySegment> destination) {
        for (String name : names) {
            random.skip(destination.apply(name).byteSize() / Float.BYTES);
        }
    }

    private static void draw(
            TorchRandom random, LlamaConfig config, List<String> names, Function<String, MemorySegment> destination) {
        for (String name : names) {
            random.fillNormal(destination.apply(name), config.initializerRange());
        }
    }

    private static void ones(MemorySegment floats) {
        for (long i = 0; i < floats.byteSize() / Float.BYTES; i++) {
            floats.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, 1f);
        }
    }
}
