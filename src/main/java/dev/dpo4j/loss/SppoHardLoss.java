package dev.dpo4j.loss;

/**
 * SPPO with hard labels (Wu et al., arXiv 2405.00675): {@code (x - 1 / (2 beta))² + (y + 1 / (2 beta))²} of the log-ratios of the chosen
 * and the rejected answer.
 *
 * @param beta each answer's log-ratio is drawn to 1 / (2 beta) from 0; positive
 */
record SppoHardLoss(double beta) implements PairwiseLoss {

    SppoHardLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double x = pair.chosenRatio() - 1 / (2 * beta);
        double y = pair.rejectedRatio() + 1 / (2 * beta);
        return new PairTerm(x * x + y * y, 2 * x, 2 * y);
    }
}
