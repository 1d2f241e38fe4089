package dev.dpo4j.api;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.dpo4j.catalog.ModelEntry;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.InvalidScheduleException;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.train.AdamOptions;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.ReferenceSync;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/** The one place where absent and automatic hyperparameters get their values: TRL's, but for what the contract names. */
final class DpoDefaults {

    static final double FULL_LEARNING_RATE = 1e-6;
    static final double LORA_LEARNING_RATE = 1e-4;

    private static final String PATH = "method.dpo.hyperparameters.";
    private static final int BATCH_SIZE = 8;
    private static final int MAX_BATCH_SIZE = 256;
    private static final int EPOCHS = 3;
    private static final int MAX_EPOCHS = 50;
    private static final double MAX_GRAD_NORM = 1;
    private static final int MAX_LENGTH = 1024;
    private static final int MIN_MAX_LENGTH = 2;
    private static final int SAVE_TOTAL_LIMIT = 2;

    private DpoDefaults() {}

    /**
     * The request with every gap filled.
     *
     * @param model that is trained
     * @throws ApiException naming the first value that is out of range, or the two that exclude each other
     */
    static Hyperparameters resolve(DpoHyperparametersRequest request, ModelEntry model, int seed) {
        boolean continueAdapter = requireNonNullElse(request.continueAdapter(), false);
        LoraConfig lora = continueAdapter ? ownAdapter(request, model) : newAdapter(request, model);
        double beta = LossDefaults.beta(PATH, request.beta());
        double learningRate = learningRate(request, automaticLearningRate(lora));
        LrSchedulerType schedulerType = requireNonNullElse(request.lrSchedulerType(), LrScheduler.linear)
                .type();
        Warmup warmup = Warmup.of(request.warmupSteps(), request.warmupRatio(), schedulerType);
        LossOptions loss = LossDefaults.resolve(PATH, beta, request);
        int batchSize = integer("batch_size", request.batchSize(), BATCH_SIZE, MAX_BATCH_SIZE);
        if (batchSize == 1 && loss.loss(beta).looksAtMismatched()) {
            throw invalid(
                    "batch_size",
                    "must be at least 2 with kto, which tells from the answers of a batch how far the model is from the reference");
        }
        return new Hyperparameters(
                beta,
                loss,
                batchSize,
                requireNonNullElse(request.gradientAccumulationSteps(), 1),
                integer("n_epochs", request.nEpochs(), EPOCHS, MAX_EPOCHS),
                request.maxSteps(),
                learningRate,
                schedulerType,
                schedulerKwargs(request.lrSchedulerKwargs(), schedulerType, learningRate),
                warmup.steps(),
                warmup.ratio(),
                requireNonNullElse(request.weightDecay(), 0.0),
                new AdamOptions(
                        requireNonNullElse(request.adamBeta1(), AdamOptions.DEFAULT.beta1()),
                        requireNonNullElse(request.adamBeta2(), AdamOptions.DEFAULT.beta2()),
                        requireNonNullElse(request.adamEpsilon(), AdamOptions.DEFAULT.epsilon())),
                requireNonNullElse(request.maxGradNorm(), MAX_GRAD_NORM),
                maxLength(request.maxLength()),
                truncationMode(request),
                requireNonNullElse(request.shuffle(), true),
                seed,
                request.dataSeed() == null ? null : request.dataSeed().longValue(),
                requireNonNullElse(request.loggingSteps(), 1),
                request.saveSteps(),
                requireNonNullElse(request.saveTotalLimit(), SAVE_TOTAL_LIMIT),
                referenceSync(request, loss.loss(beta).referenceFree(), lora),
                lora,
                continueAdapter ? model.base() : null,
                EvaluationDefaults.resolve(request));
    }

    private static @Nullable LoraConfig newAdapter(DpoHyperparametersRequest request, ModelEntry model) {
        return request.lora() == null ? null : request.lora().resolve(requireNonNull(model.config()));
    }

    /** As it is shaped; dropout is an option of a training, and none was asked for. */
    private static LoraConfig ownAdapter(DpoHyperparametersRequest request, ModelEntry model) {
        LoraConfig lora = model.lora();
        if (lora == null) {
            throw invalid("continue_adapter", "wants a model that is an adapter, and '" + model.id() + "' is none");
        }
        LoraConfig own = lora.withoutDropout();
        if (request.lora() != null && !own.equals(newAdapter(request, model))) {
            throw invalid(
                    "continue_adapter",
                    "keeps the adapter's shape, so it cannot go with a lora that says another: leave one of the two out");
        }
        return own;
    }

    private static @Nullable ReferenceSync referenceSync(
            DpoHyperparametersRequest request, boolean referenceFree, @Nullable LoraConfig lora) {
        if (!requireNonNullElse(request.syncRefModel(), false)) {
            requireDefault("ref_model_mixup_alpha", request.refModelMixupAlpha(), ReferenceSync.DEFAULT.mixupAlpha());
            requireDefault("ref_model_sync_steps", request.refModelSyncSteps(), ReferenceSync.DEFAULT.steps());
            return null;
        }
        if (lora != null) {
            throw invalid(
                    "sync_ref_model",
                    "cannot go with lora: the base under the adapter is the reference, and other jobs use it; train all weights, or leave one of the two away");
        }
        if (referenceFree) {
            throw invalid("sync_ref_model", "has no effect: this loss has no reference");
        }
        return new ReferenceSync(
                requireNonNullElse(request.refModelMixupAlpha(), ReferenceSync.DEFAULT.mixupAlpha()),
                requireNonNullElse(request.refModelSyncSteps(), ReferenceSync.DEFAULT.steps()));
    }

    private static <T> void requireDefault(String name, @Nullable T given, T byDefault) {
        if (given != null && !given.equals(byDefault)) {
            throw invalid(name, "has no effect without sync_ref_model");
        }
    }

    /** The quotient of the two numbers as they are written: in binary, 1e-4 / 1e-6 would be 100.00000000000001. */
    static double multiplier(double learningRate, double automatic) {
        return BigDecimal.valueOf(learningRate)
                .divide(BigDecimal.valueOf(automatic), MathContext.DECIMAL64)
                .doubleValue();
    }

    /** What {@code learning_rate_multiplier} multiplies. */
    static double automaticLearningRate(@Nullable LoraConfig lora) {
        return lora == null ? FULL_LEARNING_RATE : LORA_LEARNING_RATE;
    }

    private static @Nullable Integer maxLength(@Nullable MaxLength wanted) {
        if (wanted == null) {
            return MAX_LENGTH;
        }
        if (wanted.tokens() != null && wanted.tokens() < MIN_MAX_LENGTH) {
            throw invalid("max_length", "must be at least " + MIN_MAX_LENGTH + ", or null, not " + wanted.tokens());
        }
        return wanted.tokens();
    }

    private static TruncationMode truncationMode(DpoHyperparametersRequest request) {
        TruncationModeName mode = requireNonNullElse(request.truncationMode(), TruncationModeName.keep_start);
        MaxLength limit = request.maxLength();
        if (limit != null && limit.tokens() == null && mode != TruncationModeName.keep_start) {
            throw invalid(
                    "truncation_mode",
                    "has no effect: max_length is null, so nothing is cut, and what is longer than the model's positions is an error");
        }
        return mode.mode();
    }

    private static double learningRate(DpoHyperparametersRequest request, double automatic) {
        AutoNumber wanted = request.learningRateMultiplier();
        Double multiplier = wanted == null ? null : wanted.value();
        if (multiplier != null && !(multiplier > 0)) {
            throw invalid("learning_rate_multiplier", "must be over 0, not " + multiplier);
        }
        Double rate = request.learningRate();
        if (rate != null && multiplier != null && multiplier != multiplier(rate, automatic)) {
            throw invalid(
                    "learning_rate_multiplier",
                    "multiplies the automatic learning rate, %s, and does not come to learning_rate so: leave one of the two out"
                            .formatted(automatic));
        }
        if (rate != null) {
            return rate;
        }
        return multiplier == null ? automatic : automatic * multiplier;
    }

    private static LrSchedulerKwargs schedulerKwargs(
            @Nullable LrSchedulerKwargsRequest request, LrSchedulerType type, double learningRate) {
        try {
            return type.complete(request == null ? LrSchedulerKwargs.NONE : request.kwargs(), learningRate);
        } catch (InvalidScheduleException e) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    PATH + "lr_scheduler_kwargs." + e.option(),
                    String.valueOf(e.getMessage()));
        }
    }

    private static int integer(String name, @Nullable AutoInteger wanted, int automatic, int max) {
        Integer value = wanted == null ? null : wanted.value();
        if (value == null) {
            return automatic;
        }
        if (value < 1 || value > max) {
            throw invalid(name, "must be from 1 to " + max + ", not " + value);
        }
        return value;
    }

    static ApiException invalid(String name, String reason) {
        return ApiException.badRequest(ProblemCode.INVALID_VALUE, PATH + name, name + " " + reason);
    }
}
