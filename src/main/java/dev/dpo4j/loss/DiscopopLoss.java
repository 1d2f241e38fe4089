package dev.dpo4j.loss;

/**
 * DiscoPOP (Lu et al., arXiv 2406.08414, log-ratio modulated loss): {@code (1 - m)(-log sigmoid(z)) + m exp(-z)} with
 * {@code m = sigmoid(z / tau)} and {@code z = beta (s(chosen) - s(rejected))}.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param tau how soon the one becomes the other, positive
 * @param divergence what makes scores of log-ratios
 */
record DiscopopLoss(double beta, double tau, Divergence divergence) implements PairwiseLoss {

    DiscopopLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requirePositive("discopop_tau", tau);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.of(pair, divergence);
        double z = beta * scores.margin();
        double m = Logistic.sigmoid(z / tau);
        double logistic = -Logistic.logSigmoid(z);
        double exponential =
                Math.exp(Logistic.logSigmoid(z / tau) - z); // m exp(-z), also where the one is 0 and the other infinite
        double loss = (1 - m) * logistic + exponential;
        double slope = (1 - m) / tau * exponential
                - Logistic.sigmoidSlope(z / tau) / tau * logistic
                - (1 - m) * Logistic.sigmoid(-z)
                - exponential;
        return PairTerm.ofMargin(loss, slope * beta, scores);
    }
}
