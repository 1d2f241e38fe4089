package dev.dpo4j.learningrate;

import static dev.dpo4j.learningrate.LrSchedulerKwargs.TIMESCALE;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Falls with the root of the steps (Vaswani et al., arXiv 1706.03762, equation 3; in this form Zhai et al., arXiv 2106.04560):
 * {@code 1 / sqrt((k + t - W) / t)}.
 *
 * @param timescale t, at least 1; null: W, or 10000 where there is no warm-up
 */
record InverseSqrtRate(@Nullable Integer timescale) implements RateSchedule {

    private static final int WITHOUT_WARMUP = 10_000;

    InverseSqrtRate {
        InvalidScheduleException.unless(
                timescale == null || timescale >= 1, TIMESCALE, "must be at least 1, not " + timescale);
    }

    static InverseSqrtRate of(LrSchedulerKwargs kwargs) {
        return new InverseSqrtRate(kwargs.steps(TIMESCALE));
    }

    @Override
    public double afterWarmup(int step, RunSteps run) {
        double scale = timescale != null ? timescale : run.warmup() > 0 ? run.warmup() : WITHOUT_WARMUP;
        return 1 / Math.sqrt((step + (scale - run.warmup())) / scale);
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return timescale == null ? LrSchedulerKwargs.NONE : new LrSchedulerKwargs(Map.of(TIMESCALE, timescale));
    }
}
