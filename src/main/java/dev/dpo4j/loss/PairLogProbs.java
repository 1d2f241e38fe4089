package dev.dpo4j.loss;

/**
 * The summed log-probabilities of a pair of answers to one prompt, natural logarithms.
 *
 * @param policyChosen of the preferred answer under the policy
 * @param policyRejected of the other under the policy
 * @param referenceChosen of the preferred answer under the reference
 * @param referenceRejected of the other under the reference
 */
public record PairLogProbs(
        double policyChosen, double policyRejected, double referenceChosen, double referenceRejected) {}
