package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.safetensors.ExactSink;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsException;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.safetensors.WrongTensorsException;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.train.DpoTrainer;
import dev.dpo4j.train.KnownReference;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.TokenizedData;
import dev.dpo4j.train.TrainingListener;
import dev.dpo4j.train.TrainingResult;
import dev.dpo4j.train.TrainingState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A {@link DpoTrainer} with the memory it trains in, freed when the run is over. */
final class DpoTrainingRun implements TrainingRun {

    private final DpoTrainer trainer;
    private final TrainingState state;
    private final ParameterSet trained;
    private final @Nullable ModelLease base;
    private final MemoryPlan memory;
    private final Inputs inputs;
    private final String fingerprint;

    private DpoTrainingRun(
            JobSpec spec,
            LlamaModel policy,
            ParameterSet trained,
            @Nullable ModelLease base,
            KnownReference reference,
            TokenizedData data,
            MemoryPlan memory,
            Inputs inputs,
            @Nullable SavedState saved) {
        this.trained = trained;
        this.base = base;
        this.memory = memory;
        this.inputs = inputs;
        this.state = state(spec, trained, data, saved);
        this.fingerprint =
                policy.compute().fingerprint() + "; rows=" + memory.packing().rows();
        boolean complete = false;
        try {
            this.trainer = new DpoTrainer(
                    policy,
                    null,
                    reference,
                    state,
                    data,
                    spec.hyperparameters(),
                    memory.packing(),
                    memory.snapshot() > 0,
                    System::nanoTime);
            complete = true;
        } finally {
            if (!complete) {
                state.close();
                trained.close();
            }
        }
    }

    /**
     * A full fine-tune.
     *
     * @param weights the model's weights, to be changed; owned by the run from now on
     * @param reference what is known of the log-probabilities under them
     */
    static DpoTrainingRun ofAllWeights(
            JobSpec spec,
            LlamaWeights weights,
            KnownReference reference,
            TokenizedData data,
            Compute compute,
            MemoryPlan memory,
            Inputs inputs,
            @Nullable SavedState saved) {
        LlamaModel policy = new LlamaModel(weights, null, compute);
        return new DpoTrainingRun(spec, policy, weights, null, reference, data, memory, inputs, saved);
    }

    /**
     * A LoRA.
     *
     * @param base the model under the adapter, closed with the run
     * @param adapter fresh or to be trained further; owned by the run from now on
     * @param reference what is known of the log-probabilities under both, which are the base's while the adapter is fresh
     */
    static DpoTrainingRun ofAdapter(
            JobSpec spec,
            ModelLease base,
            LoraWeights adapter,
            KnownReference reference,
            TokenizedData data,
            Compute compute,
            MemoryPlan memory,
            Inputs inputs,
            @Nullable SavedState saved) {
        LlamaModel policy = new LlamaModel(base.model().weights(), adapter, compute);
        return new DpoTrainingRun(spec, policy, adapter, base, reference, data, memory, inputs, saved);
    }

    /** The state to begin with. When there is none, nothing of the run is left: no one else could free it. */
    private static TrainingState state(
            JobSpec spec, ParameterSet trained, TokenizedData data, @Nullable SavedState saved) {
        TrainingState state = null;
        boolean complete = false;
        try {
            state = new TrainingState(trained, data, spec.hyperparameters());
            if (saved != null) {
                load(spec, saved.weights(), state.weights());
                load(spec, saved.optimizer(), state.optimizer());
                state.resumeFrom(saved.progress());
            }
            complete = true;
            return state;
        } finally {
            if (!complete) {
                if (state != null) {
                    state.close();
                }
                trained.close();
            }
        }
    }

    @Override
    public TrainingResult run(TrainingListener listener) {
        return trainer.run(listener);
    }

    @Override
    public MemoryPlan memory() {
        return memory;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public Inputs inputs() {
        return inputs;
    }

    /** Fills tensors from a saved file, which must hold exactly them. */
    private static void load(JobSpec spec, SavedState.Tensors saved, List<NamedTensor> tensors) {
        try (InputStream in = saved.source().get()) {
            SafetensorsReader.read(saved.name(), in, OptionalLong.of(saved.length()), new ExactSink("job", tensors));
        } catch (WrongTensorsException e) {
            throw new TrainingFailedException(
                    "model_changed",
                    "The model \"%s\" has not the shape that the job has trained: of the %s, %s. Put the old model back, or cancel the job and create it anew."
                            .formatted(spec.model(), saved.name(), e.getMessage()),
                    "model");
        } catch (SafetensorsException e) {
            throw new IllegalStateException("The " + saved.name() + " cannot be read: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("The " + saved.name() + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        state.close();
        trained.close();
        if (base != null) {
            base.close();
        }
    }
}
