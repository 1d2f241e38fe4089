package dev.dpo4j.train;

/**
 * The learning rate of each optimizer step.
 *
 * @param peak the rate after warm-up
 * @param schedule what share of it a step has
 * @param run how many steps there are
 */
record LearningRate(double peak, RateSchedule schedule, RunSteps run) {

    static LearningRate of(Hyperparameters hyperparameters, int totalSteps) {
        Double ratio = hyperparameters.warmupRatio();
        int warmup = ratio == null ? hyperparameters.warmupSteps() : (int) Math.ceil(totalSteps * ratio);
        double peak = hyperparameters.learningRate();
        return new LearningRate(
                peak,
                hyperparameters.lrSchedulerType().with(hyperparameters.lrSchedulerKwargs(), peak),
                new RunSteps(warmup, totalSteps));
    }

    /** The rate of a step, counted from 0. */
    double at(int step) {
        return peak
                * (step < run.warmup()
                        ? schedule.inWarmup((double) step / run.warmup())
                        : schedule.afterWarmup(step, run));
    }
}
