package dev.dpo4j.loss;

/**
 * What a loss knows of a pair of answers to one prompt: summed log-probabilities, natural logarithms, and lengths. The sums that are compared
 * are what LD-DPO leaves of the whole ones, which answers' likelihoods are told by.
 *
 * @param policyChosen of the preferred answer under the policy
 * @param policyRejected of the other under the policy
 * @param referenceChosen of the preferred answer under the reference
 * @param referenceRejected of the other under the reference
 * @param chosenTokens how many tokens the preferred answer has, at least 1
 * @param rejectedTokens how many the other has, at least 1
 * @param meanChosenTokens how many the chosen answers that are computed together have on average
 * @param wholeChosen of all tokens of the preferred answer under the policy
 * @param wholeRejected of all tokens of the other under the policy
 */
record PairLogProbs(
        double policyChosen,
        double policyRejected,
        double referenceChosen,
        double referenceRejected,
        int chosenTokens,
        int rejectedTokens,
        double meanChosenTokens,
        double wholeChosen,
        double wholeRejected) {

    /** The preferred answer's log-ratio {@code log pi(y|x) / ref(y|x)}. */
    double chosenRatio() {
        return policyChosen - referenceChosen;
    }

    /** The other answer's log-ratio. */
    double rejectedRatio() {
        return policyRejected - referenceRejected;
    }
}
