package dev.dpo4j.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of a loss as requests have them, each null where it was left away. */
interface LossFields {

    @Nullable
    LossTypes lossType();

    @Nullable
    List<Double> lossWeights();

    @Nullable
    Double labelSmoothing();

    @Nullable
    FDivergence fDivergenceType();

    @Nullable
    Double fAlphaDivergenceCoef();

    @Nullable
    Double discopopTau();

    @Nullable
    Double dpopLambda();

    @Nullable
    Double cpoAlpha();

    @Nullable
    Double simpoGamma();

    @Nullable
    Boolean rejectedRanked();

    @Nullable
    Boolean referenceFree();

    @Nullable
    Boolean useWeighting();

    @Nullable
    Double ldAlpha();

    @Nullable
    Double desirableWeight();

    @Nullable
    Double undesirableWeight();
}
