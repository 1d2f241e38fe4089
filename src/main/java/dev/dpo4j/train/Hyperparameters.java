package dev.dpo4j.train;

import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LearningRate;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.loss.LossOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides a run besides its model and data; meaning as in TRL's {@code DPOConfig}.
 *
 * @param beta DPO's inverse temperature
 * @param loss which loss; of jobs from before there was a choice, DPO's
 * @param batchSize preferences in a micro-step
 * @param gradientAccumulationSteps micro-steps in one optimizer step
 * @param epochs passes over the data, unless {@code maxSteps} says otherwise
 * @param maxSteps optimizer steps; null: as many as {@code epochs} make
 * @param learningRate the peak learning rate
 * @param lrSchedulerType how it moves
 * @param lrSchedulerKwargs the schedule's own options; of jobs from before there were any, its defaults
 * @param warmupSteps optimizer steps of warm-up, unless {@code warmupRatio} says otherwise
 * @param warmupRatio the warm-up's share of all optimizer steps, 0 to 1, rounded up to whole steps; null: {@code warmupSteps} counts
 * @param weightDecay AdamW's decoupled decay, never on norm weights
 * @param adam AdamW's constants; of jobs from before there was a choice, torch's
 * @param maxGradNorm the gradient's L2 norm is clipped to this; 0 or less: no clipping
 * @param maxLength tokens of prompt and answer that are kept; null: all
 * @param truncationMode what becomes of longer ones; of jobs from before there was a choice, their beginning is kept
 * @param shuffle whether each epoch has an order of its own (TRL's)
 * @param seed of LoRA's initialisation and of dropout, of what is held out, and of the order unless {@code dataSeed} says otherwise
 * @param dataSeed of the order; null, as in jobs from before there was a choice: {@code seed}
 * @param loggingSteps optimizer steps between two metrics events
 * @param saveSteps optimizer steps between two checkpoints; null: by time
 * @param saveTotalLimit checkpoints kept
 * @param referenceSync how the reference follows the policy; null: it stays as it is
 * @param lora the adapter to train; null: full fine-tune
 * @param adapterBase the base of the model's own adapter, which is trained further; null: a new adapter, or none
 * @param evaluation of validation data; of jobs from before there was a choice, after each epoch
 */
public record Hyperparameters(
        double beta,
        LossOptions loss,
        int batchSize,
        int gradientAccumulationSteps,
        int epochs,
        @Nullable Integer maxSteps,
        double learningRate,
        LrSchedulerType lrSchedulerType,
        LrSchedulerKwargs lrSchedulerKwargs,
        int warmupSteps,
        @Nullable Double warmupRatio,
        double weightDecay,
        AdamOptions adam,
        double maxGradNorm,
        @Nullable Integer maxLength,
        TruncationMode truncationMode,
        boolean shuffle,
        long seed,
        @Nullable Long dataSeed,
        int loggingSteps,
        @Nullable Integer saveSteps,
        int saveTotalLimit,
        @Nullable ReferenceSync referenceSync,
        @Nullable LoraConfig lora,
        @Nullable String adapterBase,
        Evaluation evaluation) {

    /** Fills in what a job's record from before there was a choice does not hold. */
    public Hyperparameters {
        loss = Objects.requireNonNullElse(loss, LossOptions.SIGMOID);
        if (lrSchedulerKwargs == null) {
            lrSchedulerKwargs = lrSchedulerType.complete(LrSchedulerKwargs.NONE, learningRate);
        }
        truncationMode = Objects.requireNonNullElse(truncationMode, TruncationMode.KEEP_START);
        adam = Objects.requireNonNullElse(adam, AdamOptions.DEFAULT);
        evaluation = Objects.requireNonNullElse(evaluation, Evaluation.DEFAULT);
        if (adapterBase != null && lora == null) {
            throw new IllegalArgumentException("An adapter that is trained further has a shape");
        }
    }

    /** With one seed for everything. */
    public Hyperparameters(
            double beta,
            LossOptions loss,
            int batchSize,
            int gradientAccumulationSteps,
            int epochs,
            @Nullable Integer maxSteps,
            double learningRate,
            LrSchedulerType lrSchedulerType,
            LrSchedulerKwargs lrSchedulerKwargs,
            int warmupSteps,
            @Nullable Double warmupRatio,
            double weightDecay,
            AdamOptions adam,
            double maxGradNorm,
            @Nullable Integer maxLength,
            TruncationMode truncationMode,
            boolean shuffle,
            long seed,
            int loggingSteps,
            @Nullable Integer saveSteps,
            int saveTotalLimit,
            @Nullable ReferenceSync referenceSync,
            @Nullable LoraConfig lora,
            @Nullable String adapterBase,
            Evaluation evaluation) {
        this(
                beta,
                loss,
                batchSize,
                gradientAccumulationSteps,
                epochs,
                maxSteps,
                learningRate,
                lrSchedulerType,
                lrSchedulerKwargs,
                warmupSteps,
                warmupRatio,
                weightDecay,
                adam,
                maxGradNorm,
                maxLength,
                truncationMode,
                shuffle,
                seed,
                null,
                loggingSteps,
                saveSteps,
                saveTotalLimit,
                referenceSync,
                lora,
                adapterBase,
                evaluation);
    }

    /** The learning rate of each step of a run of so many. */
    LearningRate learningRates(int totalSteps) {
        return LearningRate.of(learningRate, lrSchedulerType, lrSchedulerKwargs, warmupSteps, warmupRatio, totalSteps);
    }

    /** The seed of the data's order. */
    long orderSeed() {
        return dataSeed == null ? seed : dataSeed;
    }
}
