package dev.dpo4j.loss;

import java.util.Locale;

/** The f-divergences by their names on the wire, which are TRL's. */
public enum DivergenceType {
    REVERSE_KL,
    FORWARD_KL,
    JS_DIVERGENCE,
    ALPHA_DIVERGENCE;

    /** As it is written in requests. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    Divergence with(double alpha) {
        return switch (this) {
            case REVERSE_KL -> Divergence.REVERSE_KL;
            case FORWARD_KL -> new Divergence.ForwardKl();
            case JS_DIVERGENCE -> new Divergence.JensenShannon();
            case ALPHA_DIVERGENCE -> new Divergence.Alpha(alpha);
        };
    }
}
