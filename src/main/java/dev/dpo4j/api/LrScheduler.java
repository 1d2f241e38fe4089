package dev.dpo4j.api;

import dev.dpo4j.learningrate.LrSchedulerType;

/** {@link LrSchedulerType} by the names that transformers gives. */
enum LrScheduler {
    constant,
    constant_with_warmup,
    linear,
    cosine,
    cosine_with_restarts,
    cosine_with_min_lr,
    polynomial,
    inverse_sqrt,
    warmup_stable_decay;

    LrSchedulerType type() {
        return switch (this) {
            case constant -> LrSchedulerType.CONSTANT;
            case constant_with_warmup -> LrSchedulerType.CONSTANT_WITH_WARMUP;
            case linear -> LrSchedulerType.LINEAR;
            case cosine -> LrSchedulerType.COSINE;
            case cosine_with_restarts -> LrSchedulerType.COSINE_WITH_RESTARTS;
            case cosine_with_min_lr -> LrSchedulerType.COSINE_WITH_MIN_LR;
            case polynomial -> LrSchedulerType.POLYNOMIAL;
            case inverse_sqrt -> LrSchedulerType.INVERSE_SQRT;
            case warmup_stable_decay -> LrSchedulerType.WARMUP_STABLE_DECAY;
        };
    }
}
