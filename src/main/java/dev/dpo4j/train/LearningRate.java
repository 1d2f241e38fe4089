package dev.dpo4j.train;

/**
 * The learning rate of each optimizer step, as transformers' schedules have it.
 *
 * @param peak the rate after warm-up
 * @param type what happens then
 * @param warmupSteps steps of linear warm-up; the first of them has rate 0
 * @param totalSteps steps in all
 */
record LearningRate(double peak, LrSchedulerType type, int warmupSteps, int totalSteps) {

    /** The rate of a step, counted from 0. */
    double at(int step) {
        if (step < warmupSteps) {
            return peak * ((double) step / warmupSteps);
        }
        double rest = Math.max(1, totalSteps - warmupSteps);
        return peak
                * switch (type) {
                    case CONSTANT -> 1;
                    case LINEAR -> Math.max(0, (totalSteps - step) / rest);
                    case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((step - warmupSteps) / rest))));
                };
    }
}
