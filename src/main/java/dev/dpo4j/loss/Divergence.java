package dev.dpo4j.loss;

/**
 * What holds the policy to the reference: DPO's reverse Kullback-Leibler divergence, or another (Wang et al., arXiv 2309.16240). Each
 * makes another score of an answer's log-ratio, up to what cancels between two answers.
 */
sealed interface Divergence {

    /** DPO's own. */
    Divergence REVERSE_KL = new ReverseKl();

    /** The score of a log-ratio. */
    double score(double ratio);

    /** The score's derivative. */
    double slope(double ratio);

    /** {@code s = r} */
    record ReverseKl() implements Divergence {

        @Override
        public double score(double ratio) {
            return ratio;
        }

        @Override
        public double slope(double ratio) {
            return 1;
        }
    }

    /** {@code s = 1 - exp(-r)} */
    record ForwardKl() implements Divergence {

        @Override
        public double score(double ratio) {
            return -Math.expm1(-ratio);
        }

        @Override
        public double slope(double ratio) {
            return Math.exp(-ratio);
        }
    }

    /** {@code s = log 2 + log sigmoid(r)} */
    record JensenShannon() implements Divergence {

        @Override
        public double score(double ratio) {
            return Math.log(2) + Logistic.logSigmoid(ratio);
        }

        @Override
        public double slope(double ratio) {
            return Logistic.sigmoid(-ratio);
        }
    }

    /**
     * {@code s = (exp(min((alpha - 1) r, 80)) - 1) / (alpha - 1)}, and r where alpha is 1.
     *
     * @param alpha its coefficient
     */
    record Alpha(double alpha) implements Divergence {

        private static final double HIGHEST_EXPONENT = 80; // as in TRL: its exponential still fits a float
        private static final double ALMOST_ONE = 1e-6;

        @Override
        public double score(double ratio) {
            double factor = alpha - 1;
            return Math.abs(factor) < ALMOST_ONE
                    ? ratio
                    : Math.expm1(Math.min(factor * ratio, HIGHEST_EXPONENT)) / factor;
        }

        @Override
        public double slope(double ratio) {
            double factor = alpha - 1;
            if (Math.abs(factor) < ALMOST_ONE) {
                return 1;
            }
            return factor * ratio < HIGHEST_EXPONENT ? Math.exp(factor * ratio) : 0;
        }
    }
}
