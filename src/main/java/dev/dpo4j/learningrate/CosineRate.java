package dev.dpo4j.learningrate;

import static dev.dpo4j.learningrate.LrSchedulerKwargs.NUM_CYCLES;

import java.util.Map;

/**
 * Waves of a cosine (Loshchilov & Hutter, arXiv 1608.03983, equation 5, with half a wave): {@code (1 + cos(2 pi c p)) / 2}.
 *
 * @param numCycles c, positive; a half goes down to 0 once
 */
record CosineRate(double numCycles) implements RateSchedule {

    static final double HALF_A_WAVE = 0.5;

    CosineRate {
        requireWaves(numCycles);
    }

    static CosineRate of(LrSchedulerKwargs kwargs) {
        return new CosineRate(kwargs.number(NUM_CYCLES, HALF_A_WAVE));
    }

    @Override
    public double afterWarmup(int step, RunSteps run) {
        return Math.max(0, wave(numCycles, run.progress(step)));
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return new LrSchedulerKwargs(Map.of(NUM_CYCLES, numCycles));
    }

    /** The height of a wave, from 1 down to 0 and up again, {@code numCycles} times while the progress goes from 0 to 1. */
    static double wave(double numCycles, double progress) {
        return 0.5 * (1 + Math.cos(Math.PI * numCycles * 2 * progress));
    }

    static void requireWaves(double numCycles) {
        InvalidScheduleException.unless(
                numCycles > 0 && Double.isFinite(numCycles), NUM_CYCLES, "must be a positive number, not " + numCycles);
    }
}
