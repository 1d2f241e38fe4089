package dev.dpo4j.loss;

/**
 * BCO (Jung et al., arXiv 2404.04656) for pairs, without its moving mean of rewards, as TRL now computes it:
 * {@code -log sigmoid(x) - log sigmoid(-y)} with x and y beta times the log-ratios of the chosen and the rejected answer.
 *
 * @param beta strength of the pull towards the reference, positive
 */
record BcoPairLoss(double beta) implements PairwiseLoss {

    BcoPairLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double x = beta * pair.chosenRatio();
        double y = beta * pair.rejectedRatio();
        double loss = -Logistic.logSigmoid(x) - Logistic.logSigmoid(-y);
        return new PairTerm(loss, -beta * Logistic.sigmoid(-x), beta * Logistic.sigmoid(y));
    }
}
