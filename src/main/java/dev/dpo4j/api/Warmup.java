package dev.dpo4j.api;

import static java.util.Objects.requireNonNullElse;

import dev.dpo4j.learningrate.LrSchedulerType;
import org.jspecify.annotations.Nullable;

/**
 * How long the learning rate rises.
 *
 * @param steps optimizer steps, 0 where a share of them is given
 * @param ratio the share of all optimizer steps, 0 to 1; null: {@code steps} counts
 */
record Warmup(int steps, @Nullable Double ratio) {

    private static final String STEPS = "warmup_steps";
    private static final String RATIO = "warmup_ratio";

    /**
     * The warm-up that is asked for. As in transformers 5, steps below 1 are a share; its older versions had a name for that.
     *
     * @param steps a whole number, or below 1; null: not given
     * @param ratio null: not given
     * @throws ApiException when both are given, when steps are neither whole nor below 1, or when the schedule has no warm-up
     */
    static Warmup of(@Nullable Double steps, @Nullable Double ratio, LrSchedulerType type) {
        if (steps != null && ratio != null) {
            throw DpoDefaults.invalid(RATIO, "says the same as " + STEPS + ": give one of the two");
        }
        if (type == LrSchedulerType.CONSTANT && requireNonNullElse(steps, requireNonNullElse(ratio, 0.0)) > 0) {
            throw DpoDefaults.invalid(
                    steps != null ? STEPS : RATIO,
                    "has no effect on constant, as in transformers: choose constant_with_warmup");
        }
        if (steps == null) {
            return new Warmup(0, ratio);
        }
        if (steps > 0 && steps < 1) {
            return new Warmup(0, steps);
        }
        if (steps != Math.rint(steps) || steps > Integer.MAX_VALUE) {
            throw DpoDefaults.invalid(
                    STEPS, "must be a whole number of steps, or a share of them below 1, not " + steps);
        }
        return new Warmup(steps.intValue(), null);
    }
}
