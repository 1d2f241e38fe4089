package dev.dpo4j.loss;

/**
 * APO-zero (D'Oosterlinck et al., arXiv 2408.06266): {@code 1 - sigmoid(x) + sigmoid(y)} with x and y beta times the log-ratios: the chosen
 * answer becomes likelier, the rejected one less likely.
 *
 * @param beta strength of the pull towards the reference, positive
 */
record ApoZeroLoss(double beta) implements PairwiseLoss {

    ApoZeroLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double x = beta * pair.chosenRatio();
        double y = beta * pair.rejectedRatio();
        double loss = Logistic.sigmoid(-x) + Logistic.sigmoid(y);
        return new PairTerm(loss, -beta * Logistic.sigmoidSlope(x), beta * Logistic.sigmoidSlope(y));
    }
}
