package dev.dpo4j.api;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.train.Amount;
import dev.dpo4j.train.EarlyStopping;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.ModelSelection;
import dev.dpo4j.train.ReferenceSync;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The hyperparameters a job runs with: nothing is "auto" any more. */
@Schema(name = "DpoHyperparameters", description = "What the job runs with: nothing is \"auto\" any more.")
@JsonInclude(JsonInclude.Include.ALWAYS)
record DpoHyperparameters(
        double beta,
        List<String> lossType,
        List<Double> lossWeights,
        double labelSmoothing,
        String fDivergenceType,
        double fAlphaDivergenceCoef,
        double discopopTau,
        double dpopLambda,
        double cpoAlpha,
        double simpoGamma,
        boolean rejectedRanked,
        boolean referenceFree,
        boolean useWeighting,
        @Nullable Double ldAlpha,
        double desirableWeight,
        double undesirableWeight,
        int batchSize,
        double learningRateMultiplier,
        int nEpochs,
        double learningRate,
        String lrSchedulerType,

        @Schema(implementation = LrSchedulerKwargsRequest.class)
        Map<String, Object> lrSchedulerKwargs,

        @Schema(description = "Null: warmup_ratio says it.") @Nullable
        Integer warmupSteps,

        @Schema(description = "Null: warmup_steps says it.") @Nullable
        Double warmupRatio,

        double weightDecay,
        double adamBeta1,
        double adamBeta2,
        double adamEpsilon,
        double maxGradNorm,
        int gradientAccumulationSteps,
        @Nullable Integer maxLength,
        TruncationModeName truncationMode,
        @Nullable Integer maxSteps,
        boolean shuffle,

        @Schema(description = "Null: the job's seed.") @Nullable
        Long dataSeed,

        @Nullable Integer saveSteps,
        int saveTotalLimit,
        int loggingSteps,
        boolean syncRefModel,
        double refModelMixupAlpha,
        int refModelSyncSteps,
        @Nullable Lora lora,
        boolean continueAdapter,
        @Nullable Number evalSteps,
        @Nullable Number validationSplit,

        @Schema(description = "Null: all steps are done.") @Nullable
        Integer earlyStoppingPatience,

        double earlyStoppingThreshold,
        String metricForBestModel,
        boolean greaterIsBetter,
        boolean loadBestModelAtEnd) {

    static DpoHyperparameters of(Hyperparameters h) {
        ReferenceSync sync = requireNonNullElse(h.referenceSync(), ReferenceSync.DEFAULT);
        ModelSelection selection = h.evaluation().selection();
        EarlyStopping stopping = selection.earlyStopping();
        return new DpoHyperparameters(
                h.beta(),
                h.loss().types().stream().map(LossType::wireName).toList(),
                h.loss().weights(),
                h.loss().labelSmoothing(),
                h.loss().divergenceType().wireName(),
                h.loss().alpha(),
                h.loss().discopopTau(),
                h.loss().dpopLambda(),
                h.loss().cpoAlpha(),
                h.loss().simpoGamma(),
                h.loss().rejectedRanked(),
                h.loss().withoutReference(),
                h.loss().weighted(),
                h.loss().ldAlpha(),
                h.loss().labelWeights().desirable(),
                h.loss().labelWeights().undesirable(),
                h.batchSize(),
                DpoDefaults.multiplier(h.learningRate(), DpoDefaults.automaticLearningRate(h.lora())),
                h.epochs(),
                h.learningRate(),
                h.lrSchedulerType().wireName(),
                h.lrSchedulerKwargs().byName(),
                h.warmupRatio() == null ? h.warmupSteps() : null,
                h.warmupRatio(),
                h.weightDecay(),
                h.adam().beta1(),
                h.adam().beta2(),
                h.adam().epsilon(),
                h.maxGradNorm(),
                h.gradientAccumulationSteps(),
                h.maxLength(),
                TruncationModeName.of(h.truncationMode()),
                h.maxSteps(),
                h.shuffle(),
                h.dataSeed(),
                h.saveSteps(),
                h.saveTotalLimit(),
                h.loggingSteps(),
                h.referenceSync() != null,
                sync.mixupAlpha(),
                sync.steps(),
                h.lora() == null ? null : Lora.of(h.lora()),
                h.adapterBase() != null,
                number(h.evaluation().steps()),
                number(h.evaluation().split()),
                stopping == null ? null : stopping.patience(),
                stopping == null ? 0 : stopping.threshold(),
                selection.metric().wireName(),
                selection.greaterIsBetter(),
                selection.loadBestModelAtEnd());
    }

    private static @Nullable Number number(@Nullable Amount amount) {
        return amount == null ? null : amount.number();
    }

    OpenAi openAi() {
        return new OpenAi(batchSize, learningRateMultiplier, nEpochs);
    }

    /**
     * The part that OpenAI's API repeats at a job's top level.
     *
     * @param batchSize preferences in a micro-step
     * @param learningRateMultiplier the learning rate in units of the automatic one
     * @param nEpochs passes over the data
     */
    @Schema(name = "FineTuningHyperparameters")
    record OpenAi(int batchSize, double learningRateMultiplier, int nEpochs) {}

    /**
     * An adapter.
     *
     * @param r its rank
     * @param loraAlpha its scale's numerator
     * @param targetModules the linear layers it is put on
     * @param useRslora whether the scale is alpha / √r
     * @param useDora whether rows have magnitudes of their own
     * @param rankPattern other ranks by pattern
     * @param alphaPattern other alphas by pattern
     * @param loraDropout with which probability a value that enters it is dropped
     */
    @Schema(name = "LoraHyperparameters")
    record Lora(
            int r,
            double loraAlpha,
            List<String> targetModules,
            boolean useRslora,
            boolean useDora,
            Map<String, Integer> rankPattern,
            Map<String, Double> alphaPattern,
            double loraDropout) {

        static Lora of(LoraConfig lora) {
            return new Lora(
                    lora.r(),
                    lora.alpha(),
                    lora.targetModules().stream().sorted().toList(),
                    lora.useRslora(),
                    lora.useDora(),
                    lora.rankPattern(),
                    lora.alphaPattern(),
                    lora.dropout());
        }
    }
}
