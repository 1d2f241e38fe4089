package dev.dpo4j.learningrate;

import static dev.dpo4j.learningrate.LrSchedulerKwargs.MIN_LR;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.MIN_LR_RATE;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.NUM_CYCLES;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cosine that ends above 0 (Loshchilov & Hutter, arXiv 1608.03983, equation 5): {@code w (1 - r) + r}, with w as in
 * {@link CosineRate}.
 *
 * @param numCycles how many waves, positive
 * @param peak the learning rate after warm-up
 * @param minLr the least learning rate, r times the peak; null: {@code minLrRate} says it
 * @param minLrRate r itself, 0 to 1; null: {@code minLr} says it
 */
record CosineMinimumRate(
        double numCycles,
        double peak,
        @Nullable Double minLr,
        @Nullable Double minLrRate) implements RateSchedule {

    CosineMinimumRate {
        CosineRate.requireWaves(numCycles);
        InvalidScheduleException.unless(
                minLr != null || minLrRate != null, MIN_LR, "or min_lr_rate is required by cosine_with_min_lr");
        InvalidScheduleException.unless(
                minLr == null || minLrRate == null, MIN_LR_RATE, "says the same as min_lr: give one of the two");
        InvalidScheduleException.unless(
                minLr == null || (minLr >= 0 && minLr <= peak),
                MIN_LR,
                "must be from 0 to the learning rate, %s, not %s".formatted(peak, minLr));
        InvalidScheduleException.unless(
                minLrRate == null || (minLrRate >= 0 && minLrRate <= 1),
                MIN_LR_RATE,
                "must be from 0 to 1, not " + minLrRate);
    }

    static CosineMinimumRate of(LrSchedulerKwargs kwargs, double peak) {
        return new CosineMinimumRate(
                kwargs.number(NUM_CYCLES, CosineRate.HALF_A_WAVE),
                peak,
                kwargs.number(MIN_LR),
                kwargs.number(MIN_LR_RATE));
    }

    @Override
    public double afterWarmup(int step, RunSteps run) {
        double least = minLr != null ? minLr / peak : Objects.requireNonNull(minLrRate);
        return Math.max(0, CosineRate.wave(numCycles, run.progress(step)) * (1 - least) + least);
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return new LrSchedulerKwargs(
                minLr != null
                        ? Map.of(NUM_CYCLES, numCycles, MIN_LR, minLr)
                        : Map.of(NUM_CYCLES, numCycles, MIN_LR_RATE, Objects.requireNonNull(minLrRate)));
    }
}
