package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenAI's four DPO hyperparameters, each also "auto", and ours. Absent ones take the defaults of {@link DpoDefaults}. */
@Schema(
        name = "DpoHyperparametersRequest",
        description = "Meaning and defaults are those of TRL, but for the ones that say otherwise.")
record DpoHyperparametersRequest(
        @Schema(
                description = "DPO's inverse temperature, over 0, at most 100. Auto: 0.1.",
                implementation = Object.class,
                oneOf = {Double.class, Auto.class},
                example = "0.1")
        @Nullable
        AutoNumber beta,

        @Schema(
                description =
                        "One loss or a list of losses that are added up; docs/losses.md explains each. Default: sigmoid.",
                implementation = Object.class,
                types = {"string", "array"},
                example = "sigmoid")
        @Nullable
        LossTypes lossType,

        @Schema(description = "What each loss counts in the sum, over 0. Default: 1 each.")
        @Size(min = 1, max = 16)
        @Nullable
        List<@NotNull Double> lossWeights,

        @Schema(
                description =
                        "The share of preferences taken to be wrong: of sigmoid (cDPO), robust, aot, aot_unpaired, cpo, simpo, and of exo_pair, which wants one.",
                defaultValue = "0")
        @Nullable
        Double labelSmoothing,

        @Schema(description = "What holds the policy to the reference.", defaultValue = "reverse_kl") @Nullable
        FDivergence fDivergenceType,

        @Schema(description = "The alpha of alpha_divergence.", defaultValue = "0.5") @Nullable
        Double fAlphaDivergenceCoef,

        @Schema(description = "The temperature of discopop.", defaultValue = "0.05") @Nullable
        Double discopopTau,

        @Schema(description = "The weight of dpop's penalty.", defaultValue = "50") @Nullable
        Double dpopLambda,

        @Schema(description = "What the likelihood of the chosen answers counts in cpo.", defaultValue = "1") @Nullable
        Double cpoAlpha,

        @Schema(description = "The margin that simpo wants.", defaultValue = "0.5") @Nullable
        Double simpoGamma,

        @Schema(
                description =
                        "Whether plackett_luce may take the rejected answers to stand from the best to the worst.",
                defaultValue = "false")
        @Nullable
        Boolean rejectedRanked,

        @Schema(
                description =
                        "Whether to leave the reference away: its log-probabilities count as 0. So it is with cpo, simpo and orpo by themselves.",
                defaultValue = "false")
        @Nullable
        Boolean referenceFree,

        @Schema(
                description = "Whether a pair counts as much as the policy would say its answers (WPO).",
                defaultValue = "false")
        @Nullable
        Boolean useWeighting,

        @Schema(
                description =
                        "What tokens behind the shorter answer's end count, 0 to 1 (LD-DPO). Default: as much as all others.")
        @Nullable
        Double ldAlpha,

        @Schema(description = "What good answers count in kto and apo_zero_unpaired, over 0.", defaultValue = "1")
        @Nullable
        Double desirableWeight,

        @Schema(description = "What bad answers count there, over 0.", defaultValue = "1") @Nullable
        Double undesirableWeight,

        @Schema(
                description = "Preferences in a micro-step, 1 to 256. Auto: 8.",
                implementation = Object.class,
                oneOf = {Integer.class, Auto.class},
                example = "auto")
        @Nullable
        AutoInteger batchSize,

        @Schema(
                description = "Multiplies the automatic learning rate. Not together with learning_rate. Auto: 1.",
                implementation = Object.class,
                oneOf = {Double.class, Auto.class},
                example = "auto")
        @Nullable
        AutoNumber learningRateMultiplier,

        @Schema(
                description = "Passes over the data, 1 to 50. Auto: 3.",
                implementation = Object.class,
                oneOf = {Integer.class, Auto.class},
                example = "1")
        @Nullable
        AutoInteger nEpochs,

        @Schema(description = "The peak learning rate. Default: 1e-6, for LoRA 1e-4.") @Positive @Nullable
        Double learningRate,

        @Schema(description = "How the rate moves.", defaultValue = "linear") @Nullable
        LrScheduler lrSchedulerType,

        @Nullable LrSchedulerKwargsRequest lrSchedulerKwargs,

        @Schema(
                description = "Optimizer steps in which the rate rises from 0; below 1, their share of all steps.",
                defaultValue = "0")
        @PositiveOrZero
        @Nullable
        Double warmupSteps,

        @Schema(description = "The warm-up's share of all optimizer steps, rounded up. Not together with warmup_steps.")
        @DecimalMin("0")
        @DecimalMax("1")
        @Nullable
        Double warmupRatio,

        @Schema(description = "AdamW's decay, never on norm weights.", defaultValue = "0") @PositiveOrZero @Nullable
        Double weightDecay,

        @Schema(description = "What AdamW's first moment keeps in a step.", defaultValue = "0.9")
        @DecimalMin("0")
        @DecimalMax(value = "1", inclusive = false)
        @Nullable
        Double adamBeta1,

        @Schema(description = "What AdamW's second moment keeps in a step.", defaultValue = "0.999")
        @DecimalMin("0")
        @DecimalMax(value = "1", inclusive = false)
        @Nullable
        Double adamBeta2,

        @Schema(description = "Added to the root of AdamW's second moment.", defaultValue = "1e-8")
        @DecimalMin("1e-30")
        @DecimalMax("1")
        @Nullable
        Double adamEpsilon,

        @Schema(description = "The gradient's L2 norm is clipped to this; 0: no clipping.", defaultValue = "1")
        @PositiveOrZero
        @Nullable
        Double maxGradNorm,

        @Schema(description = "Micro-steps in one optimizer step.", defaultValue = "1") @Min(1) @Max(65536) @Nullable
        Integer gradientAccumulationSteps,

        @Schema(
                description = "Tokens of prompt and answer that are kept, at least 2; null: all.",
                implementation = Integer.class,
                types = {"integer", "null"},
                minimum = "2",
                defaultValue = "1024")
        @Nullable
        MaxLength maxLength,

        @Schema(
                description =
                        "What becomes of longer ones: the answers' ends go, the prompt's beginning goes, the preference goes, or the job fails.",
                defaultValue = "keep_start")
        @Nullable
        TruncationModeName truncationMode,

        @Schema(description = "Optimizer steps, whatever n_epochs says.") @Min(1) @Nullable
        Integer maxSteps,

        @Schema(description = "Whether each epoch has an order of its own.", defaultValue = "true") @Nullable
        Boolean shuffle,

        @Schema(description = "Decides the data's order, which is the seed's otherwise.") @Min(0) @Nullable
        Integer dataSeed,

        @Schema(
                description =
                        "Optimizer steps between two checkpoints. Default: every 10 minutes, after each epoch and at the end.")
        @Min(1)
        @Nullable
        Integer saveSteps,

        @Schema(description = "Checkpoints kept. Null is the default, not all of them as in TRL.", defaultValue = "2")
        @Min(1)
        @Nullable
        Integer saveTotalLimit,

        @Schema(description = "Optimizer steps between two metrics events.", defaultValue = "1") @Min(1) @Nullable
        Integer loggingSteps,

        @Schema(
                description =
                        "Whether the reference follows the policy (TR-DPO). Not with lora, nor with a loss that has no reference.",
                defaultValue = "false")
        @Nullable
        Boolean syncRefModel,

        @Schema(description = "What the reference takes of the policy when it follows.", defaultValue = "0.6")
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax("1")
        @Nullable
        Double refModelMixupAlpha,

        @Schema(description = "Optimizer steps after which it does.", defaultValue = "512") @Min(1) @Nullable
        Integer refModelSyncSteps,

        @Valid @Nullable LoraRequest lora,

        @Schema(
                description =
                        "Train the adapter that the model is further, as it is shaped, instead of all weights; as it was before is the"
                                + " reference. Not together with lora, which puts a new adapter on top.",
                defaultValue = "false")
        @Nullable
        Boolean continueAdapter,

        @Schema(
                description =
                        "Optimizer steps between two evaluations of the validation data; below 1, their share of all steps. Default: after each epoch. Always before training and at the end.")
        @Positive
        @Nullable
        Double evalSteps,

        @Schema(
                description =
                        "Rows of the training file that are held out for validation; below 1, their share. Rows with the same prompt stay together. Not together with validation_file.")
        @Positive
        @Nullable
        Double validationSplit,

        @Schema(
                description =
                        "So many evaluations in a row without an improvement end the job. Default: it does all its steps.")
        @Min(1)
        @Nullable
        Integer earlyStoppingPatience,

        @Schema(
                description = "What the metric must be better by, more than that, to have improved.",
                defaultValue = "0")
        @PositiveOrZero
        @Nullable
        Double earlyStoppingThreshold,

        @Schema(
                description =
                        "What evaluations are compared by: a metric that they report, with or without eval_ before it.",
                example = "rewards/accuracies",
                defaultValue = "loss")
        @Pattern(
                regexp =
                        "(eval_)?(loss|entropy|mean_token_accuracy|rewards/(chosen|rejected|accuracies|margins)|(logps|logits)/(chosen|rejected))",
                message =
                        "must be loss, rewards/accuracies, rewards/margins or another metric that evaluations report, without or with eval_")
        @Nullable
        String metricForBestModel,

        @Schema(description = "Whether more of it is better. Default: yes, but for loss.") @Nullable
        Boolean greaterIsBetter,

        @Schema(
                description = "Whether the job's model is the best that was evaluated, not the last.",
                defaultValue = "false")
        @Nullable
        Boolean loadBestModelAtEnd)
        implements LossFields {

    /** All absent. */
    static final DpoHyperparametersRequest NONE = new DpoHyperparametersRequest(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null, null, null, null, null, null, null, null, null, null, null, null, null, null);
}
