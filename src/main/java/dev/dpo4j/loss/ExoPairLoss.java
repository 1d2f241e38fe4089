package dev.dpo4j.loss;

/**
 * EXO for pairs (Ji et al., arXiv 2402.00856, equation 16): {@code p (log p - log(1 - e)) + (1 - p)(log(1 - p) - log e)} with
 * {@code p = sigmoid(z)} and {@code z = beta (s(chosen) - s(rejected))}.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param labelSmoothing e, over 0 and at most 0.5
 * @param divergence what makes scores of log-ratios
 */
record ExoPairLoss(double beta, double labelSmoothing, Divergence divergence) implements PairwiseLoss {

    ExoPairLoss {
        Parameters.requirePositive("beta", beta);
        if (!(labelSmoothing > 0 && labelSmoothing <= 0.5)) {
            throw new InvalidLossException(
                    "label_smoothing",
                    "must be over 0 and at most 0.5 with exo_pair, 0.001 where hardly any preference is wrong; not "
                            + labelSmoothing);
        }
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.of(pair, divergence);
        double z = beta * scores.margin();
        double right = Logistic.logSigmoid(z) - Math.log1p(-labelSmoothing);
        double wrong = Logistic.logSigmoid(-z) - Math.log(labelSmoothing);
        double loss = Logistic.sigmoid(z) * right + Logistic.sigmoid(-z) * wrong;
        double slope = Logistic.sigmoidSlope(z) * (right - wrong); // what comes of the logarithms' slopes cancels
        return PairTerm.ofMargin(loss, slope * beta, scores);
    }
}
