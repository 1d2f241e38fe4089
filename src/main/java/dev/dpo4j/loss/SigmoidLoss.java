package dev.dpo4j.loss;

/**
 * The DPO loss (Rafailov et al., arXiv 2305.18290, equation 7): {@code -log sigmoid(z)} with {@code z = beta (s(chosen) - s(rejected))}; with
 * label smoothing cDPO (Mitchell, 2023): {@code -(1 - e) log sigmoid(z) - e log sigmoid(-z)}. TRL ignores the smoothing here.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param labelSmoothing the share of preferences that are taken to be wrong, 0 to 0.5
 * @param divergence what makes scores of log-ratios
 */
record SigmoidLoss(double beta, double labelSmoothing, Divergence divergence) implements PairwiseLoss {

    SigmoidLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requireInRange("label_smoothing", labelSmoothing, 0, 0.5);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.of(pair, divergence);
        Smoothed smoothed = Smoothed.of(beta * scores.margin(), labelSmoothing);
        return PairTerm.ofMargin(smoothed.loss(), smoothed.slope() * beta, scores);
    }
}
