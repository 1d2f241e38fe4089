package dev.dpo4j.loss;

/**
 * {@link ApoZeroLoss} of answers that have no pair (D'Oosterlinck et al., arXiv 2408.06266; TRL's): {@code w (1 - sigmoid(beta r))} of a good
 * answer's log-ratio r, {@code w sigmoid(beta r)} of a bad one's, which is {@link KtoLoss} without the policy's distance from the reference.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param weights what good and bad answers count, w
 */
record ApoZeroUnpairedLoss(double beta, LabelWeights weights) implements LabelledLoss {

    ApoZeroUnpairedLoss {
        Parameters.requirePositive("beta", beta);
        weights.requirePositive();
    }

    @Override
    public LabelledTerm of(boolean good, double ratio, double kl) {
        return new KtoLoss(beta, weights).of(good, ratio, 0);
    }

    @Override
    public boolean looksAtKl() {
        return false;
    }
}
