package dev.dpo4j.llama;

import dev.dpo4j.safetensors.NamedTensor;
import java.util.List;

/**
 * Weights that can be trained, or anything of their shape: gradients, moments. All sets of one shape list the same names in the same
 * order.
 */
public sealed interface ParameterSet extends AutoCloseable permits LlamaWeights, LoraWeights {

    /** Every tensor under its name in a file; they share this set's memory. */
    List<NamedTensor> tensors();

    /** A set of the same shape, all zeros, with memory of its own. */
    ParameterSet zerosLike();

    /** Sets every element to 0. */
    default void clear() {
        tensors().forEach(tensor -> tensor.data().fill((byte) 0));
    }

    /** Copies the elements of a set of the same shape. */
    default void copyFrom(ParameterSet other) {
        List<NamedTensor> from = other.tensors();
        List<NamedTensor> to = tensors();
        for (int i = 0; i < to.size(); i++) {
            to.get(i).data().copyFrom(from.get(i).data());
        }
        changed();
    }

    /** Says that elements have been changed, to whoever keeps what follows from them. */
    default void changed() {}

    /** Frees the memory. */
    @Override
    void close();
}
