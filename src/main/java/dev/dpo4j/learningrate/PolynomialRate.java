package dev.dpo4j.learningrate;

import static dev.dpo4j.learningrate.LrSchedulerKwargs.LR_END;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.POWER;

import java.util.Map;

/**
 * Polynomial decay as BERT and fairseq have it: {@code ((peak - end) (1 - p)^power + end) / peak}.
 *
 * @param peak the learning rate after warm-up
 * @param lrEnd the learning rate that it comes down to, from 0 to below the peak
 * @param power positive; 1 is a straight line
 */
record PolynomialRate(double peak, double lrEnd, double power) implements RateSchedule {

    private static final double DEFAULT_END = 1e-7;

    PolynomialRate {
        InvalidScheduleException.unless(
                lrEnd >= 0 && lrEnd < peak,
                LR_END,
                "must be from 0 to below the learning rate, %s, not %s".formatted(peak, lrEnd));
        InvalidScheduleException.unless(
                power > 0 && Double.isFinite(power), POWER, "must be a positive number, not " + power);
    }

    static PolynomialRate of(LrSchedulerKwargs kwargs, double peak) {
        return new PolynomialRate(peak, kwargs.number(LR_END, DEFAULT_END), kwargs.number(POWER, 1));
    }

    @Override
    public double afterWarmup(int step, RunSteps run) {
        // StrictMath has the same bits in every tier of the JVM, so a resumed run has the same rates
        double left = StrictMath.pow(1 - run.progress(step), power);
        return ((peak - lrEnd) * left + lrEnd) / peak;
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return new LrSchedulerKwargs(Map.of(LR_END, lrEnd, POWER, power));
    }
}
