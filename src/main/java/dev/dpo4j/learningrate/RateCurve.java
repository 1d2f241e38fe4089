package dev.dpo4j.learningrate;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How the learning rate goes from one level to the other, in {@link WarmupStableDecayRate}. */
enum RateCurve {
    LINEAR("linear"),
    COSINE("cosine"),
    /** Hägele et al., arXiv 2405.18392, equation 1. */
    ONE_MINUS_SQRT("1-sqrt");

    private final String wireName;

    RateCurve(String wireName) {
        this.wireName = wireName;
    }

    /** The curve that an option names. */
    static RateCurve of(String option, String wireName) {
        return Arrays.stream(values())
                .filter(curve -> curve.wireName.equals(wireName))
                .findFirst()
                .orElseThrow(() -> new InvalidScheduleException(
                        option,
                        "must be one of "
                                + Arrays.stream(values())
                                        .map(RateCurve::wireName)
                                        .collect(Collectors.joining(", "))
                                + ", not \"" + wireName + '"'));
    }

    String wireName() {
        return wireName;
    }

    /** From 0 to 1, as the progress goes from 0 to 1. */
    double rise(double progress) {
        return switch (this) {
            case LINEAR -> progress;
            case COSINE -> 0.5 * (1 - Math.cos(Math.PI * progress));
            case ONE_MINUS_SQRT -> 1 - Math.sqrt(1 - progress);
        };
    }

    /**
     * From 1 to 0, as the progress goes from 0 to 1.
     *
     * @param numCycles how many waves a cosine makes; a half goes down once
     */
    double fall(double progress, double numCycles) {
        return switch (this) {
            case LINEAR -> 1 - progress;
            case COSINE -> CosineRate.wave(numCycles, progress);
            case ONE_MINUS_SQRT -> 1 - Math.sqrt(progress);
        };
    }
}
