package dev.dpo4j.loss;

/**
 * The logistic loss of preferences of which a share {@code e} is taken to be the wrong way round: {@code -(1 - e) log sigmoid(z) - e log
 * sigmoid(-z)} (cDPO: Mitchell, 2023).
 *
 * @param loss its value
 * @param slope its derivative by z
 */
record Smoothed(double loss, double slope) {

    static Smoothed of(double z, double e) {
        return new Smoothed(
                -(1 - e) * Logistic.logSigmoid(z) - e * Logistic.logSigmoid(-z),
                -(1 - e) * Logistic.sigmoid(-z) + e * Logistic.sigmoid(z));
    }
}
