package dev.dpo4j.train;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A reference that follows the policy: what it says of a batch has to be computed each time. */
final class MovingReference {

    private final LlamaModel model;
    private final List<NamedTensor> weights;
    private final ReferenceSync sync;
    private final Summed summed;

    /** A reference with weights of its own, which change. */
    MovingReference(LlamaWeights weights, Compute compute, ReferenceSync sync, Summed summed) {
        this.model = new LlamaModel(weights, null, compute);
        this.weights = weights.tensors();
        this.sync = sync;
        this.summed = summed;
    }

    /** Summed log-probabilities of each of a batch's preferences; what was in the activations is lost. */
    double[][] sums(PreferenceBatch batch, Activations activations) {
        return BatchLogProbs.of(batch, model, activations).sums(summed);
    }

    /**
     * Follows the policy when it is time to. On a thread that has the machine.
     *
     * @param step that was just taken, from 1
     * @param policy tensors of the same names and shapes
     */
    void follow(int step, List<NamedTensor> policy) {
        if (!sync.after(step)) {
            return;
        }
        // TRL's arithmetic: each product rounded to float32, then their sum.
        float kept = (float) (1 - sync.mixupAlpha());
        float taken = (float) sync.mixupAlpha();
        model.compute()
                .parallel(
                        weights.size(), (tensor, worker) -> mix(weights.get(tensor), kept, policy.get(tensor), taken));
    }

    private static void mix(NamedTensor to, float kept, NamedTensor from, float taken) {
        MemorySegment reference = to.data();
        MemorySegment policy = from.data();
        for (long i = 0; i < to.size(); i++) {
            float mixed = kept * reference.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                    + taken * policy.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            reference.setAtIndex(ValueLayout.JAVA_FLOAT, i, mixed);
        }
    }
}
