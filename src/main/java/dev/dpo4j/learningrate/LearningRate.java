package dev.dpo4j.learningrate;

import org.jspecify.annotations.Nullable;

/**
 * The learning rate of each optimizer step.
 *
 * @param peak the rate after warm-up
 * @param schedule what share of it a step has
 * @param run how many steps there are
 */
public record LearningRate(double peak, RateSchedule schedule, RunSteps run) {

    /**
     * The rate of a run.
     *
     * @param kwargs the schedule's own options
     * @param warmupSteps steps of warm-up, unless {@code warmupRatio} says otherwise
     * @param warmupRatio the warm-up's share of all steps, rounded up to whole ones; null: {@code warmupSteps} counts
     */
    public static LearningRate of(
            double peak,
            LrSchedulerType type,
            LrSchedulerKwargs kwargs,
            int warmupSteps,
            @Nullable Double warmupRatio,
            int totalSteps) {
        int warmup = warmupRatio == null ? warmupSteps : (int) Math.ceil(totalSteps * warmupRatio);
        return new LearningRate(peak, type.with(kwargs, peak), new RunSteps(warmup, totalSteps));
    }

    /** The rate of a step, counted from 0. */
    public double at(int step) {
        return peak
                * (step < run.warmup()
                        ? schedule.inWarmup((double) step / run.warmup())
                        : schedule.afterWarmup(step, run));
    }
}
