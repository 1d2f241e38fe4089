package dev.dpo4j.learningrate;

/**
 * What share of the peak learning rate each step has, by the formulas of transformers 5.23. In them k is the step, from 0, W the number
 * of warm-up steps, T that of all steps, and p = (k - W) / max(1, T - W).
 */
public sealed interface RateSchedule
        permits ConstantRate,
                LinearRate,
                CosineRate,
                CosineRestartsRate,
                CosineMinimumRate,
                PolynomialRate,
                InverseSqrtRate,
                WarmupStableDecayRate {

    /**
     * The share of a step of the warm-up.
     *
     * @param progress k / W, from 0 to below 1
     */
    default double inWarmup(double progress) {
        return progress;
    }

    /**
     * The share of a step after the warm-up.
     *
     * @param step k, at least W and below T
     */
    double afterWarmup(int step, RunSteps run);

    /** All that decides it but the peak and the steps, by transformers' names. */
    LrSchedulerKwargs kwargs();
}
