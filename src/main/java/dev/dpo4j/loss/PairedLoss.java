package dev.dpo4j.loss;

import java.util.List;

/** A loss of preferences: of a chosen answer and rejected ones to the same prompt. */
sealed interface PairedLoss extends Loss permits PairwiseLoss, PlackettLuceLoss, AotLoss, AotUnpairedLoss {

    /**
     * The loss of preferences that are computed together.
     *
     * @param preferences of each its pairs, the chosen answer with each rejected one: at least one
     * @return of each pair its term: a preference's loss is the mean of its pairs', the whole is the mean of the preferences'
     */
    List<List<PairTerm>> of(List<List<PairLogProbs>> preferences);
}
