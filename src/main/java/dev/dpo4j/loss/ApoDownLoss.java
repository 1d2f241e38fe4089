package dev.dpo4j.loss;

/**
 * APO-down (D'Oosterlinck et al., arXiv 2408.06266): {@code sigmoid(x) + 1 - sigmoid(x - y)} with x and y beta times the log-ratios: both
 * answers become less likely, the rejected one more so. For models that are better than the chosen answers.
 *
 * @param beta strength of the pull towards the reference, positive
 */
record ApoDownLoss(double beta) implements PairwiseLoss {

    ApoDownLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double x = beta * pair.chosenRatio();
        double y = beta * pair.rejectedRatio();
        double loss = Logistic.sigmoid(x) + Logistic.sigmoid(y - x);
        double ofDifference = Logistic.sigmoidSlope(x - y);
        return new PairTerm(loss, beta * (Logistic.sigmoidSlope(x) - ofDifference), beta * ofDifference);
    }
}
