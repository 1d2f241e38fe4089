package dev.dpo4j.loss;

/**
 * The DPO loss (Rafailov et al., arXiv 2305.18290, equation 7): {@code -log sigmoid(beta · ((pc - rc) - (pr - rr)))}.
 *
 * @param beta strength of the pull towards the reference, positive
 */
public record SigmoidLoss(double beta) implements PreferenceLoss {

    public SigmoidLoss {
        if (!(beta > 0) || Double.isInfinite(beta)) {
            throw new IllegalArgumentException("beta must be a positive number, not " + beta);
        }
    }

    @Override
    public PairLoss of(PairLogProbs pair) {
        double chosen = pair.policyChosen() - pair.referenceChosen();
        double rejected = pair.policyRejected() - pair.referenceRejected();
        double z = beta * (chosen - rejected);
        double loss = Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))); // -log sigmoid(z) without overflow
        double slope = -beta / (1 + Math.exp(z)); // d/dz -log sigmoid(z) = -sigmoid(-z)
        return new PairLoss(loss, chosen - rejected, beta * chosen, beta * rejected, slope, -slope);
    }
}
