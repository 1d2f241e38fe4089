package dev.dpo4j.loss;

/**
 * Kahneman-Tversky Optimization (Ethayarajh et al., arXiv 2402.01306, section 4): {@code w (1 - sigmoid(beta (r - kl)))} of a good answer's
 * log-ratio r, {@code w (1 - sigmoid(beta (kl - r)))} of a bad one's.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param weights what good and bad answers count, w
 */
record KtoLoss(double beta, LabelWeights weights) implements LabelledLoss {

    KtoLoss {
        Parameters.requirePositive("beta", beta);
        weights.requirePositive();
    }

    @Override
    public LabelledTerm of(boolean good, double ratio, double kl) {
        double x = beta * (ratio - kl);
        return good
                ? new LabelledTerm(
                        weights.desirable() * Logistic.sigmoid(-x),
                        -weights.desirable() * beta * Logistic.sigmoidSlope(x))
                : new LabelledTerm(
                        weights.undesirable() * Logistic.sigmoid(x),
                        weights.undesirable() * beta * Logistic.sigmoidSlope(x));
    }

    @Override
    public boolean looksAtKl() {
        return true;
    }
}
