package dev.dpo4j.loss;

/**
 * What a preference loss says of one pair.
 *
 * @param loss the loss
 * @param logits {@code (policyChosen - policyRejected) - (referenceChosen - referenceRejected)}, as the DPO paper's authors call it
 * @param rewardChosen {@code beta (policyChosen - referenceChosen)}
 * @param rewardRejected {@code beta (policyRejected - referenceRejected)}
 * @param slopeChosen the loss's derivative by the preferred answer's log-probability, compared and whole: of each token that both answers reach
 * @param slopeRejected likewise by the other's
 * @param wholeSlopeChosen what of the slope is by the whole sum: where LD-DPO reduces the rest, behind the shorter answer's end, this is not
 * @param wholeSlopeRejected likewise
 */
public record PairLoss(
        double loss,
        double logits,
        double rewardChosen,
        double rewardRejected,
        double slopeChosen,
        double slopeRejected,
        double wholeSlopeChosen,
        double wholeSlopeRejected) {

    /** The derivative by the log-probability of a token of the preferred answer that stands behind the shorter answer's end. */
    public double slopeChosenBehind(double ldAlpha) {
        return behind(slopeChosen, wholeSlopeChosen, ldAlpha);
    }

    /** Likewise of the other answer. */
    public double slopeRejectedBehind(double ldAlpha) {
        return behind(slopeRejected, wholeSlopeRejected, ldAlpha);
    }

    private static double behind(double slope, double whole, double ldAlpha) {
        return whole + ldAlpha * (slope - whole);
    }

    /** Whether the policy prefers the preferred answer more than the reference does; a tie is no (as in TRL). */
    public boolean accurate() {
        return rewardChosen > rewardRejected;
    }

    /** {@code rewardChosen - rewardRejected}. */
    public double margin() {
        return rewardChosen - rewardRejected;
    }
}
