package dev.dpo4j.loss;

/**
 * DPO-Positive (Pal et al., Smaug, arXiv 2402.13228, equation 3): {@code -log sigmoid(beta (r(chosen) - r(rejected) - lambda max(0, -r(chosen))))}
 * of log-ratios r: a penalty when the chosen answer becomes less likely than under the reference, as DPO alone lets happen.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param lambda weight of the penalty, positive
 */
record DpopLoss(double beta, double lambda) implements PairwiseLoss {

    DpopLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requirePositive("dpop_lambda", lambda);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double x = pair.chosenRatio();
        boolean falls = x < 0;
        double z = beta * (x - pair.rejectedRatio() - (falls ? -lambda * x : 0));
        double slope = -beta * Logistic.sigmoid(-z);
        return new PairTerm(-Logistic.logSigmoid(z), falls ? slope * (1 + lambda) : slope, -slope);
    }
}
