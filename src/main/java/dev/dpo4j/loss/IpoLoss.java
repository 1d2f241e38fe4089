package dev.dpo4j.loss;

/**
 * IPO (Azar et al., arXiv 2310.12036, equation 17), of mean log-ratios as its authors and TRL compute it:
 * {@code (s(chosen) / n(chosen) - s(rejected) / n(rejected) - 1 / (2 beta))²}.
 *
 * @param beta its tau: the margin it aims at is 1 / (2 beta); positive
 * @param divergence what makes scores of log-ratios
 */
record IpoLoss(double beta, Divergence divergence) implements PairwiseLoss {

    IpoLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.perToken(pair, divergence);
        double distance = scores.margin() - 1 / (2 * beta);
        return PairTerm.ofMargin(distance * distance, 2 * distance, scores);
    }
}
