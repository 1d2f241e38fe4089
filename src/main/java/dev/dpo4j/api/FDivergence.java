package dev.dpo4j.api;

import dev.dpo4j.loss.DivergenceType;

/** {@link DivergenceType} by the names that TRL gives. */
enum FDivergence {
    reverse_kl,
    forward_kl,
    js_divergence,
    alpha_divergence;

    DivergenceType type() {
        return switch (this) {
            case reverse_kl -> DivergenceType.REVERSE_KL;
            case forward_kl -> DivergenceType.FORWARD_KL;
            case js_divergence -> DivergenceType.JS_DIVERGENCE;
            case alpha_divergence -> DivergenceType.ALPHA_DIVERGENCE;
        };
    }
}
