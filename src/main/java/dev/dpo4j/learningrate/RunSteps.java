package dev.dpo4j.learningrate;

/**
 * The optimizer steps of a run, counted from 0.
 *
 * @param warmup steps of warm-up; perhaps more than there are
 * @param total steps in all
 */
public record RunSteps(int warmup, int total) {

    /** Steps after the warm-up, at least 1. */
    public int afterWarmup() {
        return Math.max(1, total - warmup);
    }

    /** How much of the run after its warm-up lies behind a step: from 0 to below 1. */
    public double progress(int step) {
        return (double) (step - warmup) / afterWarmup();
    }
}
