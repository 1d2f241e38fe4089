package dev.dpo4j.learningrate;

/** Down to 0 in equal steps: {@code (T - k) / max(1, T - W)}. */
record LinearRate() implements RateSchedule {

    @Override
    public double afterWarmup(int step, RunSteps run) {
        return Math.max(0, (run.total() - step) / (double) run.afterWarmup());
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return LrSchedulerKwargs.NONE;
    }
}
