package dev.dpo4j.learningrate;

import static dev.dpo4j.learningrate.LrSchedulerKwargs.DECAY_TYPE;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.MIN_LR_RATIO;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.NUM_CYCLES;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.NUM_DECAY_STEPS;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.NUM_STABLE_STEPS;
import static dev.dpo4j.learningrate.LrSchedulerKwargs.WARMUP_TYPE;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Up, along, and down at the end (Hu et al., arXiv 2404.06395, equation 1): with r the ratio of the least rate to the peak,
 * {@code rise(k / W) (1 - r) + r}, then 1, then over the last D steps {@code fall((k - W - S) / D) (1 - r) + r}, then r.
 *
 * @param warmupType how it rises, from r and not from 0
 * @param numStableSteps S, at the peak; null: what is left of the run. When warm-up and decay have more steps than the run, the decay
 *     begins in its midst
 * @param numDecaySteps D, at least 1
 * @param decayType how it falls
 * @param minLrRatio r, 0 to 1
 * @param numCycles how many waves a decay of type cosine makes
 */
record WarmupStableDecayRate(
        RateCurve warmupType,
        @Nullable Integer numStableSteps,
        int numDecaySteps,
        RateCurve decayType,
        double minLrRatio,
        double numCycles)
        implements RateSchedule {

    WarmupStableDecayRate {
        InvalidScheduleException.unless(
                numStableSteps == null || numStableSteps >= 0,
                NUM_STABLE_STEPS,
                "must be at least 0, not " + numStableSteps);
        InvalidScheduleException.unless(
                numDecaySteps >= 1, NUM_DECAY_STEPS, "must be at least 1, not " + numDecaySteps);
        InvalidScheduleException.unless(
                minLrRatio >= 0 && minLrRatio <= 1, MIN_LR_RATIO, "must be from 0 to 1, not " + minLrRatio);
        CosineRate.requireWaves(numCycles);
    }

    static WarmupStableDecayRate of(LrSchedulerKwargs kwargs) {
        Integer numDecaySteps = kwargs.steps(NUM_DECAY_STEPS);
        if (numDecaySteps == null) {
            throw new InvalidScheduleException(
                    NUM_DECAY_STEPS, "is required by warmup_stable_decay: over how many steps the rate falls");
        }
        return new WarmupStableDecayRate(
                kwargs.curve(WARMUP_TYPE, RateCurve.LINEAR),
                kwargs.steps(NUM_STABLE_STEPS),
                numDecaySteps,
                kwargs.curve(DECAY_TYPE, RateCurve.COSINE),
                kwargs.number(MIN_LR_RATIO, 0),
                kwargs.number(NUM_CYCLES, CosineRate.HALF_A_WAVE));
    }

    @Override
    public double inWarmup(double progress) {
        return aboveLeast(warmupType.rise(progress));
    }

    @Override
    public double afterWarmup(int step, RunSteps run) {
        long stable = numStableSteps != null ? numStableSteps : (long) run.total() - run.warmup() - numDecaySteps;
        long ofDecay = step - run.warmup() - stable;
        if (ofDecay < 0) {
            return 1;
        }
        return ofDecay < numDecaySteps
                ? aboveLeast(decayType.fall((double) ofDecay / numDecaySteps, numCycles))
                : minLrRatio;
    }

    private double aboveLeast(double level) {
        return Math.max(0, level * (1 - minLrRatio) + minLrRatio);
    }

    @Override
    public LrSchedulerKwargs kwargs() {
        Map<String, Object> byName = new TreeMap<>(Map.of(
                WARMUP_TYPE,
                warmupType.wireName(),
                NUM_DECAY_STEPS,
                numDecaySteps,
                DECAY_TYPE,
                decayType.wireName(),
                MIN_LR_RATIO,
                minLrRatio));
        if (numStableSteps != null) {
            byName.put(NUM_STABLE_STEPS, numStableSteps);
        }
        if (decayType == RateCurve.COSINE) {
            byName.put(NUM_CYCLES, numCycles);
        }
        return new LrSchedulerKwargs(byName);
    }
}
