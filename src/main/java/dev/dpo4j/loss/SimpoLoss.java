package dev.dpo4j.loss;

/**
 * Simple Preference Optimization (Meng et al., arXiv 2405.14734, equation 6): {@code -log sigmoid(z)} with {@code z = beta (log pi(chosen) /
 * n(chosen) - log pi(rejected) / n(rejected)) - gamma}, smoothed as cDPO is. It needs no reference. The paper's own; TRL adds the chosen
 * answers' likelihood unless its {@code cpo_alpha} is 0.
 *
 * @param beta positive; the paper's are 2 to 2.5
 * @param labelSmoothing the share of preferences that are taken to be wrong, 0 to 0.5
 * @param gamma the margin to reach, 0 or more
 */
record SimpoLoss(double beta, double labelSmoothing, double gamma) implements PairwiseLoss {

    SimpoLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requireInRange("label_smoothing", labelSmoothing, 0, 0.5);
        Parameters.requireNotNegative("simpo_gamma", gamma);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double margin = pair.policyChosen() / pair.chosenTokens() - pair.policyRejected() / pair.rejectedTokens();
        Smoothed preference = Smoothed.of(beta * margin - gamma, labelSmoothing);
        return new PairTerm(
                preference.loss(),
                beta * preference.slope() / pair.chosenTokens(),
                -beta * preference.slope() / pair.rejectedTokens());
    }
}
