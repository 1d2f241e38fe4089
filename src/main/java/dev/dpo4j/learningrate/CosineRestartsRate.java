package dev.dpo4j.learningrate;

import static dev.dpo4j.learningrate.LrSchedulerKwargs.NUM_CYCLES;

import java.util.Map;

/**
 * Down to 0 along half a cosine, several times, each time from the peak (Loshchilov & Hutter, arXiv 1608.03983, equation 5):
 * {@code (1 + cos(pi (c p mod 1))) / 2}.
 *
 * @param numCycles c, a whole number from 1
 */
record CosineRestartsRate(double numCycles) implements RateSchedule {

    CosineRestartsRate {
        InvalidScheduleException.unless(
                numCycles >= 1 && numCycles == Math.rint(numCycles) && Double.isFinite(numCycles),
                NUM_CYCLES,
                "must be a whole number from 1, not " + numCycles);
    }

    static CosineRestartsRate of(LrSchedulerKwargs kwargs) {
        return new CosineRestartsRate(kwargs.number(NUM_CYCLES, 1));
    }

    @Override
    public double afterWarmup(int step, RunSteps run) {
        double progress = run.progress(step);
        return progress >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (numCycles * progress % 1))));
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        return new LrSchedulerKwargs(Map.of(NUM_CYCLES, numCycles));
    }
}
