package dev.dpo4j.loss;

/**
 * The hinge loss (SLiC, Zhao et al., arXiv 2305.10425; on log-ratios Liu et al., RSO, arXiv 2309.06657): {@code max(0, 1 - z)} with
 * {@code z = beta (s(chosen) - s(rejected))}.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param divergence what makes scores of log-ratios
 */
record HingeLoss(double beta, Divergence divergence) implements PairwiseLoss {

    HingeLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        Scores scores = Scores.of(pair, divergence);
        double missing = 1 - beta * scores.margin();
        return PairTerm.ofMargin(Math.max(0, missing), missing > 0 ? -beta : 0, scores);
    }
}
