package dev.dpo4j.loss;

/** The logistic function and its logarithm, without overflow. */
final class Logistic {

    private Logistic() {}

    /** {@code 1 / (1 + exp(-x))} */
    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** {@code log sigmoid(x)}; its derivative is {@code sigmoid(-x)}. */
    static double logSigmoid(double x) {
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** The derivative of {@link #sigmoid}. */
    static double sigmoidSlope(double x) {
        return sigmoid(x) * sigmoid(-x);
    }
}
