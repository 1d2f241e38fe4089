package dev.dpo4j.loss;

/**
 * What a preference loss says of one pair.
 *
 * @param loss the loss
 * @param logits {@code (policyChosen - policyRejected) - (referenceChosen - referenceRejected)}, as the DPO paper's authors call it
 * @param rewardChosen {@code beta (policyChosen - referenceChosen)}
 * @param rewardRejected {@code beta (policyRejected - referenceRejected)}
 * @param slopeChosen the loss's derivative by policyChosen
 * @param slopeRejected the loss's derivative by policyRejected
 */
public record PairLoss(
        double loss,
        double logits,
        double rewardChosen,
        double rewardRejected,
        double slopeChosen,
        double slopeRejected) {

    /** Whether the policy prefers the preferred answer more than the reference does; a tie is no (as in TRL). */
    public boolean accurate() {
        return rewardChosen > rewardRejected;
    }

    /** {@code rewardChosen - rewardRejected}. */
    public double margin() {
        return rewardChosen - rewardRejected;
    }
}
