package dev.dpo4j.train;

import dev.dpo4j.llama.Dropout;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a run changes: the trained weights, their gradients and moments, the reference log-probabilities, and where it stands. What
 * {@link #weights()} and {@link #optimizer()} list is what a checkpoint holds and what a loader fills again.
 */
public final class TrainingState implements AutoCloseable {

    private final ParameterSet trained;
    private final ParameterSet gradients;
    private final ParameterSet firstMoments;
    private final ParameterSet secondMoments;
    private final List<ParameterSet> owned = new ArrayList<>();
    private final Arena arena = Arena.ofShared();
    private final ReferenceLogProbs trainingReference;
    private final ReferenceLogProbs validationReference;
    private final @Nullable LlamaWeights movingReference;
    private final @Nullable Dropout dropout;
    private TrainingProgress progress = TrainingProgress.NONE;

    /**
     * The state of a run that has not begun.
     *
     * @param trained what is trained: owned by the caller, who closes it after this
     * @param hyperparameters say what is to be known of the reference, and whether it has weights of its own
     */
    public TrainingState(ParameterSet trained, TokenizedData data, Hyperparameters hyperparameters) {
        this.trained = trained;
        boolean complete = false;
        try {
            this.gradients = owned(trained.zerosLike());
            this.firstMoments = owned(trained.zerosLike());
            this.secondMoments = owned(trained.zerosLike());
            Summed summed = Summed.of(hyperparameters.loss());
            this.trainingReference = new ReferenceLogProbs("reference.training", data.training(), summed, arena);
            this.validationReference = new ReferenceLogProbs("reference.validation", data.validation(), summed, arena);
            this.movingReference = hyperparameters.referenceSync() == null ? null : owned(copyOf(trained));
            this.dropout = dropout(trained, hyperparameters.lora());
            complete = true;
        } finally {
            if (!complete) {
                free();
            }
        }
    }

    private <S extends ParameterSet> S owned(S set) {
        owned.add(set);
        return set;
    }

    private void free() {
        owned.forEach(ParameterSet::close);
        arena.close();
    }

    private static @Nullable Dropout dropout(ParameterSet trained, @Nullable LoraConfig lora) {
        return lora != null && lora.dropout() > 0 && trained instanceof LoraWeights adapter
                ? new Dropout(adapter, lora.dropout())
                : null;
    }

    private static LlamaWeights copyOf(ParameterSet trained) {
        if (!(trained instanceof LlamaWeights weights)) {
            throw new IllegalArgumentException("A reference can follow a policy of which all weights are trained");
        }
        LlamaWeights copy = weights.zerosLike();
        copy.copyFrom(weights);
        return copy;
    }

    /** Says that {@link #weights()} and {@link #optimizer()} have been filled from a checkpoint. */
    public void resumeFrom(TrainingProgress saved) {
        trained.changed();
        progress = saved;
    }

    /** Where the run stands. */
    public TrainingProgress progress() {
        return progress;
    }

    void progress(TrainingProgress next) {
        progress = next;
    }

    /** The trained tensors. */
    public List<NamedTensor> weights() {
        return trained.tensors();
    }

    /**
     * AdamW's moments, {@code adam.m.<name>} and {@code adam.v.<name>}, and of the reference the log-probabilities and, where it moves,
     * the weights, {@code reference.<name>}.
     */
    public List<NamedTensor> optimizer() {
        List<NamedTensor> tensors = new ArrayList<>();
        firstMoments.tensors().forEach(t -> tensors.add(new NamedTensor("adam.m." + t.name(), t.shape(), t.data())));
        secondMoments.tensors().forEach(t -> tensors.add(new NamedTensor("adam.v." + t.name(), t.shape(), t.data())));
        tensors.add(trainingReference.tensor());
        tensors.add(validationReference.tensor());
        if (movingReference != null) {
            movingReference
                    .tensors()
                    .forEach(t -> tensors.add(new NamedTensor("reference." + t.name(), t.shape(), t.data())));
        }
        return tensors;
    }

    ParameterSet trained() {
        return trained;
    }

    ParameterSet gradients() {
        return gradients;
    }

    ParameterSet firstMoments() {
        return firstMoments;
    }

    ParameterSet secondMoments() {
        return secondMoments;
    }

    ReferenceLogProbs trainingReference() {
        return trainingReference;
    }

    ReferenceLogProbs validationReference() {
        return validationReference;
    }

    /** The weights of a reference that moves; null: it does not. */
    @Nullable
    LlamaWeights movingReference() {
        return movingReference;
    }

    /** The masks of training passes; null: there is no dropout. */
    @Nullable
    Dropout dropout() {
        return dropout;
    }

    @Override
    public void close() {
        if (dropout != null) {
            dropout.close();
        }
        free();
    }
}
