package dev.dpo4j.kernel;

/**
 * What the logits say beside a token's log-probability, by row.
 *
 * @param logSquares how sure the next token is: {@code log Σ p²}, 0 when one is certain and {@code -log width} when all are alike
 * @param entropy of the next token's distribution, in nats: 0 when one is certain, log(width) when all are alike
 * @param meanLogit mean of the row's logits
 * @param greedy whether the given token is the likeliest, the first of several that are
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record TokenFigures(double[] logSquares, double[] entropy, double[] meanLogit, boolean[] greedy) {

    /** Room for the figures of so many rows. */
    public static TokenFigures of(int rows) {
        return new TokenFigures(new double[rows], new double[rows], new double[rows], new boolean[rows]);
    }
}
