package dev.dpo4j.loss;

import java.util.List;

/** A loss with its parameters: from log-probabilities to numbers and their slopes in closed form. Pure. */
public sealed interface Loss permits PairwiseLoss, PlackettLuceLoss, AotLoss, AotUnpairedLoss {

    /**
     * The loss of preferences that are computed together.
     *
     * @param preferences of each its pairs, the chosen answer with each rejected one: at least one
     * @return of each pair its term: a preference's loss is the mean of its pairs', the whole is the mean of the preferences'
     */
    List<List<PairTerm>> of(List<List<PairLogProbs>> preferences);

    /** Whether a preference's loss depends on the others it is computed with, beyond their lengths. */
    default boolean comparesPreferences() {
        return false;
    }
}
