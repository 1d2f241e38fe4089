package dev.dpo4j.loss;

/**
 * NCA for pairs (Chen et al., arXiv 2402.05369): {@code -log sigmoid(x) - log sigmoid(-x) / 2 - log sigmoid(-y) / 2} with x and y beta times
 * the log-ratios of the chosen and the rejected answer.
 *
 * @param beta strength of the pull towards the reference, positive
 */
record NcaPairLoss(double beta) implements PairwiseLoss {

    NcaPairLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double x = beta * pair.chosenRatio();
        double y = beta * pair.rejectedRatio();
        double loss = -Logistic.logSigmoid(x) - (Logistic.logSigmoid(-x) + Logistic.logSigmoid(-y)) / 2;
        double slopeX = -Logistic.sigmoid(-x) + Logistic.sigmoid(x) / 2;
        return new PairTerm(loss, beta * slopeX, beta * Logistic.sigmoid(y) / 2);
    }
}
