package dev.dpo4j.train;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.safetensors.NamedTensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Direct Preference Optimization (Rafailov et al., arXiv 2305.18290), from the first step or from a saved state to the last. Everything
 * that decides a weight follows from the model, the data, the hyperparameters and the state; the clock decides only when a
 * checkpoint is written.
 */
public final class DpoTrainer {

    /** Thrown inside the run when the listener asks to end it. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stop() {
            super("asked to stop", null, false, false);
        }
    }

    private final LlamaModel policy;
    private final TrainingState state;
    private final TokenizedData data;
    private final Hyperparameters hyperparameters;
    private final Schedule schedule;
    private final EvaluationSteps evaluationSteps;
    private final ModelSelection selection;
    private final Packing packing;
    private final boolean roomForCopy;
    private final PreferenceLoss loss;
    private final ReferencePass referencePass;
    private final StartCheck startCheck;
    private final LossPasses passes;
    private final @Nullable MovingReference moving;
    private final WeightUpdate update;
    private final Watch watch;
    private final Map<String, String> weightsMetadata;
    private final LongSupplier nanoTime;
    private final Saving saving;
    private final StepReports reports;
    private final CheckpointTimes checkpointTimes;
    private final StopQuestions stopQuestions;

    /**
     * A run, ready to go.
     *
     * @param policy the model; what is trained of it is in the state
     * @param reference the frozen model; null: the policy as it is before its first step
     * @param knownReference what is known of the reference's log-probabilities, and where new ones go
     * @param state fresh, or filled from a checkpoint
     * @param packing how preferences are put through the model
     * @param roomForCopy whether there is memory for a copy of what a checkpoint holds
     * @param nanoTime a clock for speed and for the time between checkpoints
     */
    public DpoTrainer(
            LlamaModel policy,
            @Nullable LlamaModel reference,
            KnownReference knownReference,
            TrainingState state,
            TokenizedData data,
            Hyperparameters hyperparameters,
            Packing packing,
            boolean roomForCopy,
            LongSupplier nanoTime) {
        this.policy = policy;
        this.state = state;
        this.data = data;
        this.hyperparameters = hyperparameters;
        this.schedule = new Schedule(data.training().size(), hyperparameters);
        this.evaluationSteps = new EvaluationSteps(data, schedule, hyperparameters.evaluation());
        this.selection = hyperparameters.evaluation().selection();
        this.packing = packing;
        this.roomForCopy = roomForCopy;
        this.loss = hyperparameters.loss().loss(hyperparameters.beta());
        Batches batches = new Batches(data, packing, hyperparameters.batchSize());
        Summed summed = Summed.of(loss);
        boolean freshAdapter = hyperparameters.lora() != null && hyperparameters.adapterBase() == null;
        this.referencePass = new ReferencePass(
                policy, reference, freshAdapter ? policy.base() : policy, knownReference, summed, batches, schedule);
        ReferenceSync sync = hyperparameters.referenceSync();
        LlamaWeights movingWeights = state.movingReference();
        this.moving = sync == null || movingWeights == null
                ? null
                : new MovingReference(movingWeights, policy.compute(), sync, summed);
        boolean ownReference = reference == null && !loss.referenceFree();
        this.startCheck = new StartCheck(ownReference && state.dropout() == null, ownReference, hyperparameters.beta());
        this.passes = new LossPasses(
                policy, loss, data, state, batches, referencePass, moving, startCheck, hyperparameters.seed());
        this.update = new WeightUpdate(policy.compute(), state, data, hyperparameters, schedule.totalSteps(), moving);
        this.watch = new Watch(loss);
        this.weightsMetadata = Map.of("format", "pt");
        this.nanoTime = nanoTime;
        this.saving = new Saving(state.progress());
        this.reports = new StepReports(state.progress());
        this.checkpointTimes = new CheckpointTimes(hyperparameters.saveSteps(), schedule.stepsPerEpoch(), nanoTime);
        this.stopQuestions = new StopQuestions(nanoTime);
    }

    /** The size of the run. */
    public TrainingPlan plan() {
        return new TrainingPlan(
                data.training().size(),
                data.validation().size(),
                data.trainingCuts(),
                data.validationCuts(),
                schedule.stepsPerEpoch(),
                schedule.totalSteps(),
                state.progress().step());
    }

    /**
     * Trains, on the calling thread, until all steps are done, evaluations do not improve any more or the listener asks to stop.
     *
     * @throws NonFiniteException when the loss, the gradient or a weight is no longer a number; nothing of that step is kept
     * @throws SelfCheckException when a policy that is its own reference does not say what that says
     */
    public TrainingResult run(TrainingListener listener) {
        TrainingProgress start = state.progress();
        listener.onPlan(plan());
        update.begin();
        stopQuestions.restart();
        checkpointTimes.restart();
        try (Activations activations = activations()) {
            if (start.step() == 0) {
                if (startCheck.inEvaluation() && moving == null) {
                    referencePass.check(startCheck, activations);
                }
                if (!loss.referenceFree() && moving == null) {
                    referencePass.run(state, listener, () -> stopBetweenBatchesIfAsked(listener), activations);
                }
                validate(listener, activations);
            } else if (start.validationDue()) {
                conclude(listener, activations);
            }
            return train(listener, activations);
        } catch (Stop stop) {
            return result(false);
        } finally {
            // What reads the weights must have ended before they are freed. A checkpoint's failure comes before all
            // that happened behind it, as if it had been written at once.
            saving.await();
        }
    }

    private TrainingResult train(TrainingListener listener, Activations activations) {
        while (!ended()) {
            stopIfAsked(listener);
            step(state.progress().step(), listener, activations);
            conclude(listener, activations);
        }
        TrainingProgress end = state.progress();
        if (!last(end.step())) {
            listener.onEarlyStop(end.step(), schedule.totalSteps(), end.evaluations());
        }
        return result(true);
    }

    /** What follows a step: the validation and a checkpoint, when they are due. */
    private void conclude(TrainingListener listener, Activations activations) {
        boolean best = state.progress().validationDue() && validate(listener, activations);
        if (ended() || checkpointTimes.dueAfter(state.progress().step()) || (best && selection.loadBestModelAtEnd())) {
            checkpoint(listener);
        }
    }

    /** One optimizer step, counted from 0: the gradient of all its micro-steps, the update, the report. */
    private void step(int step, TrainingListener listener, Activations activations) {
        long began = nanoTime.getAsLong();
        List<List<Integer>> microSteps = schedule.microSteps(step);
        List<Integer> rows = microSteps.stream().flatMap(List::stream).toList();
        PreferenceMetrics mean =
                passes.train(step + 1, microSteps, () -> stopBetweenBatchesIfAsked(listener), activations);
        long standstill = releaseCheckpoint(listener);
        WeightUpdate.Outcome updated = update.apply(step, rows);
        updated.unmoved().ifPresent(listener::onWarning);
        long tokens = tokens(rows);
        reports.add(mean, tokens, Math.max(1, nanoTime.getAsLong() - began - standstill) / 1e9);
        double norm = updated.gradientNorm();
        long numTokens = state.progress().numTokens() + tokens;
        if ((step + 1) % hyperparameters.loggingSteps() == 0 || last(step + 1)) {
            listener.onStep(
                    reports.report(step + 1, schedule.epoch(step + 1), norm, updated.learningRate(), numTokens));
        }
        TrainingHistory history = watch.afterStep(state.progress().history(), step + 1, mean, norm, listener);
        state.progress(new TrainingProgress(
                step + 1,
                numTokens,
                reports.sums(),
                reports.steps(),
                evaluationSteps.dueAfter(step + 1),
                state.progress().evaluations(),
                history));
    }

    private long tokens(List<Integer> rows) {
        return rows.stream().mapToLong(row -> data.training().get(row).tokens()).sum();
    }

    /**
     * Evaluates the validation data; nothing happens when there is none.
     *
     * @return whether it was better than ever before
     */
    private boolean validate(TrainingListener listener, Activations activations) {
        if (data.validation().isEmpty()) {
            return false;
        }
        int step = state.progress().step();
        PreferenceMetrics metrics = passes.validate(step, () -> stopBetweenBatchesIfAsked(listener), activations);
        TrainingProgress progress = state.progress();
        Evaluations before = progress.evaluations();
        Evaluations with =
                step == 0 ? before : before.and(step, selection.metric().of(metrics), selection);
        listener.onValidation(step, schedule.epoch(step), metrics, with.best());
        state.progress(progress.validated(with, watch.afterValidation(progress.history(), metrics, listener)));
        return !Objects.equals(with.best(), before.best());
    }

    /** Begins to save the run as it stands after its last whole step, unless there is none or the last checkpoint says the same. */
    private void checkpoint(TrainingListener listener) {
        TrainingProgress progress = state.progress();
        if (progress.step() == 0 || saving.covers(progress)) {
            return;
        }
        List<NamedTensor> weights = state.weights();
        List<NamedTensor> optimizerState = state.optimizer();
        SnapshotMemory memory = new SnapshotMemory(
                Stream.concat(weights.stream(), optimizerState.stream()).toList());
        TrainingSnapshot snapshot = new TrainingSnapshot(
                progress,
                schedule.epoch(progress.step()),
                reports.last(),
                ended() && !progress.validationDue(),
                weights,
                weightsMetadata,
                optimizerState,
                memory);
        saving.begin(progress, memory, () -> listener.onCheckpoint(snapshot));
        checkpointTimes.restart();
    }

    /**
     * Before an update: waits for the checkpoint that is being written of the weights as they are, or gives it a copy of them. Asks once
     * more then, since a wish to stop that came meanwhile needs no further checkpoint now, but would after the update.
     *
     * @return nanoseconds that the run stood still
     */
    private long releaseCheckpoint(TrainingListener listener) {
        long began = nanoTime.getAsLong();
        if (!saving.release(roomForCopy ? this::copy : null)) {
            return 0;
        }
        long standstill = nanoTime.getAsLong() - began;
        stopBetweenBatchesIfAsked(listener);
        return standstill;
    }

    private void copy(SnapshotMemory memory) {
        policy.compute().run(() -> memory.detach(policy.compute()));
    }

    private boolean ended() {
        TrainingProgress progress = state.progress();
        return last(progress.step()) || progress.evaluations().exhaust(selection);
    }

    private boolean last(int step) {
        return step == schedule.totalSteps();
    }

    private void stopIfAsked(TrainingListener listener) {
        stop(stopQuestions.ask(listener, state.progress().step()), listener);
    }

    private void stopBetweenBatchesIfAsked(TrainingListener listener) {
        stop(stopQuestions.askNowAndThen(listener, state.progress().step()), listener);
    }

    /**
     * Ends the run when asked to. Until a step's last batch is computed nothing that is saved has changed since the step before, so
     * the run can be saved at any such point; a step or validation that has begun is begun again. Of the reference pass, before whose
     * end there is no state to save, what was computed is in the cache.
     */
    private void stop(TrainingListener.StopRequest request, TrainingListener listener) {
        if (request == TrainingListener.StopRequest.AFTER_CHECKPOINT) {
            checkpoint(listener);
        }
        if (request != TrainingListener.StopRequest.NONE) {
            throw new Stop();
        }
    }

    private TrainingResult result(boolean completed) {
        return new TrainingResult(
                completed, state.progress().step(), state.progress().numTokens());
    }

    /** Memory for the largest batch of this run. */
    private Activations activations() {
        return policy.activations(
                packing.largestPass(data, hyperparameters.batchSize()), packing.keep(), packing.wholeLayers());
    }
}
