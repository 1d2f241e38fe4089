package dev.dpo4j.loss;

/**
 * Provably robust DPO (Chowdhury et al., arXiv 2403.00409): {@code (-(1 - e) log sigmoid(z) + e log sigmoid(-z)) / (1 - 2 e)}, unbiased
 * when a share e of the preferences is flipped.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param labelSmoothing e, the share of flipped preferences, 0 to below 0.5
 * @param divergence what makes scores of log-ratios
 */
record RobustLoss(double beta, double labelSmoothing, Divergence divergence) implements PairwiseLoss {

    RobustLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requireFromZeroToBelow("label_smoothing", labelSmoothing, 0.5); // at a half nothing is left to learn
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.of(pair, divergence);
        double z = beta * scores.margin();
        double e = labelSmoothing;
        double loss = (-(1 - e) * Logistic.logSigmoid(z) + e * Logistic.logSigmoid(-z)) / (1 - 2 * e);
        double slope = (-(1 - e) * Logistic.sigmoid(-z) - e * Logistic.sigmoid(z)) / (1 - 2 * e);
        return PairTerm.ofMargin(loss, slope * beta, scores);
    }
}
