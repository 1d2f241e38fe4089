package dev.dpo4j.learningrate;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What some schedules want to know beyond the warm-up and the number of steps: transformers' {@code lr_scheduler_kwargs}.
 *
 * @param byName numbers and words by transformers' names for them, in alphabetical order
 */
public record LrSchedulerKwargs(Map<String, Object> byName) {

    public static final LrSchedulerKwargs NONE = new LrSchedulerKwargs(Map.of());

    static final String NUM_CYCLES = "num_cycles";
    static final String LR_END = "lr_end";
    static final String POWER = "power";
    static final String TIMESCALE = "timescale";
    static final String MIN_LR = "min_lr";
    static final String MIN_LR_RATE = "min_lr_rate";
    static final String NUM_STABLE_STEPS = "num_stable_steps";
    static final String NUM_DECAY_STEPS = "num_decay_steps";
    static final String MIN_LR_RATIO = "min_lr_ratio";
    static final String WARMUP_TYPE = "warmup_type";
    static final String DECAY_TYPE = "decay_type";

    public LrSchedulerKwargs {
        byName = Collections.unmodifiableMap(new TreeMap<>(byName));
    }

    /**
     * Those of some options that are given.
     *
     * @param byName null: not given
     */
    public static LrSchedulerKwargs given(Map<String, @Nullable Object> byName) {
        Map<String, Object> given = new TreeMap<>();
        byName.forEach((name, value) -> {
            if (value != null) {
                given.put(name, value);
            }
        });
        return new LrSchedulerKwargs(given);
    }

    @Nullable
    Double number(String name) {
        return byName.get(name) instanceof Number number ? Double.valueOf(number.doubleValue()) : null;
    }

    double number(String name, double whenAbsent) {
        Double number = number(name);
        return number == null ? whenAbsent : number;
    }

    @Nullable
    Integer steps(String name) {
        return byName.get(name) instanceof Number number ? Integer.valueOf(number.intValue()) : null;
    }

    RateCurve curve(String name, RateCurve whenAbsent) {
        return byName.get(name) instanceof String word ? RateCurve.of(name, word) : whenAbsent;
    }
}
