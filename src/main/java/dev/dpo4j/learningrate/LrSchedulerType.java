package dev.dpo4j.learningrate;

import java.util.Locale;

/** How the learning rate moves; names as in transformers. */
public enum LrSchedulerType {
    /** In transformers without warm-up; jobs from before {@link #CONSTANT_WITH_WARMUP} was known may have one, and keep it. */
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    LINEAR,
    COSINE,
    COSINE_WITH_RESTARTS,
    COSINE_WITH_MIN_LR,
    POLYNOMIAL,
    INVERSE_SQRT,
    WARMUP_STABLE_DECAY;

    /** As it is written in requests. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The options with this schedule's defaults in the gaps.
     *
     * @param given any of this schedule's
     * @param peak the learning rate after warm-up
     * @throws InvalidScheduleException naming the first option that is missing, out of range, or has no effect here
     */
    public LrSchedulerKwargs complete(LrSchedulerKwargs given, double peak) {
        LrSchedulerKwargs complete = with(given, peak).kwargs();
        for (String name : given.byName().keySet()) {
            InvalidScheduleException.unless(
                    complete.byName().containsKey(name), name, "has no effect on " + wireName() + ": leave it out");
        }
        return complete;
    }

    RateSchedule with(LrSchedulerKwargs kwargs, double peak) {
        return switch (this) {
            case CONSTANT, CONSTANT_WITH_WARMUP -> new ConstantRate();
            case LINEAR -> new LinearRate();
            case COSINE -> CosineRate.of(kwargs);
            case COSINE_WITH_RESTARTS -> CosineRestartsRate.of(kwargs);
            case COSINE_WITH_MIN_LR -> CosineMinimumRate.of(kwargs, peak);
            case POLYNOMIAL -> PolynomialRate.of(kwargs, peak);
            case INVERSE_SQRT -> InverseSqrtRate.of(kwargs);
            case WARMUP_STABLE_DECAY -> WarmupStableDecayRate.of(kwargs);
        };
    }
}
