package dev.dpo4j.learningrate;

/** Always the peak. */
record ConstantRate() implements RateSchedule {

    @Override
    public double afterWarmup(int step, RunSteps run) {
        return 1;
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return LrSchedulerKwargs.NONE;
    }
}
