package dev.dpo4j.loss;

/**
 * Length-normalised DPO (Lambert et al., Tülu 3, arXiv 2411.15124): {@code -log sigmoid(z)} with
 * {@code z = beta (s(chosen) / n(chosen) - s(rejected) / n(rejected))}.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param divergence what makes scores of log-ratios
 */
record SigmoidNormLoss(double beta, Divergence divergence) implements PairwiseLoss {

    SigmoidNormLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.perToken(pair, divergence);
        double z = beta * scores.margin();
        return PairTerm.ofMargin(-Logistic.logSigmoid(z), -Logistic.sigmoid(-z) * beta, scores);
    }
}
