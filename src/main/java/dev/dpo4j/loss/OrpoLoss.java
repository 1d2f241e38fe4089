package dev.dpo4j.loss;

/**
 * Odds Ratio Preference Optimization (Hong et al., arXiv 2403.07691, equations 6 and 7): {@code NLL(chosen) - beta log sigmoid(log odds(chosen) -
 * log odds(rejected))}, of likelihoods per token, {@code p = exp(log pi(y|x) / n)} and {@code odds = p / (1 - p)}. It needs no reference. The
 * likelihood is that of the chosen answers ({@link SftLoss}), as in the paper; TRL's counts the prompts' tokens too. LD-DPO reduces
 * nothing of it: a likelihood per token is the mean over all of them.
 *
 * @param beta the paper's lambda, positive
 */
record OrpoLoss(double beta) implements PairwiseLoss {

    private static final SftLoss LIKELIHOOD = new SftLoss();

    /** An answer that is surely given has infinite odds; this is as sure as one may be. */
    private static final double HIGHEST_LOG_PROB = -1e-9;

    OrpoLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public PairTerm of(PairLogProbs pair) {
        double chosen = Math.min(pair.wholeChosen() / pair.chosenTokens(), HIGHEST_LOG_PROB);
        double rejected = Math.min(pair.wholeRejected() / pair.rejectedTokens(), HIGHEST_LOG_PROB);
        double z = logOdds(chosen) - logOdds(rejected);
        double slope = -beta * Logistic.sigmoid(-z);
        PairTerm likelihood = LIKELIHOOD.of(pair);
        double slopeChosen = likelihood.slopeChosen() + slope * slopeOfLogOdds(chosen) / pair.chosenTokens();
        double slopeRejected = -slope * slopeOfLogOdds(rejected) / pair.rejectedTokens();
        return new PairTerm(
                likelihood.loss() - beta * Logistic.logSigmoid(z),
                slopeChosen,
                slopeRejected,
                slopeChosen,
                slopeRejected);
    }

    /** {@code log p - log(1 - p)} */
    private static double logOdds(double logProb) {
        return logProb - Math.log(-Math.expm1(logProb));
    }

    /** {@code 1 / (1 - p)} */
    private static double slopeOfLogOdds(double logProb) {
        return -1 / Math.expm1(logProb);
    }
}
