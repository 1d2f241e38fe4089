package dev.dpo4j.loss;

/**
 * Contrastive Preference Optimization (Xu et al., arXiv 2401.08417, equation 5): {@code -log sigmoid(z) + alpha NLL(chosen)} with {@code z =
 * beta (log pi(chosen) - log pi(rejected))}, smoothed as cDPO is. It needs no reference. LD-DPO reduces what is compared, not the likelihood.
 *
 * @param beta positive
 * @param labelSmoothing the share of preferences that are taken to be wrong, 0 to 0.5
 * @param alpha what the chosen answers' negative log-likelihood ({@link SftLoss}) counts, 0 or more
 */
record CpoLoss(double beta, double labelSmoothing, double alpha) implements PairwiseLoss {

    private static final SftLoss LIKELIHOOD = new SftLoss();

    CpoLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requireInRange("label_smoothing", labelSmoothing, 0, 0.5);
        Parameters.requireNotNegative("cpo_alpha", alpha);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Smoothed preference = Smoothed.of(beta * (pair.policyChosen() - pair.policyRejected()), labelSmoothing);
        return new PairTerm(preference.loss(), beta * preference.slope(), -beta * preference.slope())
                .plus(LIKELIHOOD.of(pair).times(alpha));
    }
}
