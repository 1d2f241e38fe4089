package dev.dpo4j.loss;

/**
 * The two answers' scores, of which most losses see the difference: their log-ratios, each through the f-divergence's function.
 *
 * @param chosen of the preferred answer
 * @param rejected of the other
 * @param slopeChosen the score's derivative by the answer's log-probability under the policy
 * @param slopeRejected likewise
 */
record Scores(double chosen, double rejected, double slopeChosen, double slopeRejected) {

    static Scores of(PairLogProbs pair, Divergence divergence) {
        double chosen = pair.chosenRatio();
        double rejected = pair.rejectedRatio();
        return new Scores(
                divergence.score(chosen),
                divergence.score(rejected),
                divergence.slope(chosen),
                divergence.slope(rejected));
    }

    /** Each score over its answer's length. */
    static Scores perToken(PairLogProbs pair, Divergence divergence) {
        Scores scores = of(pair, divergence);
        int chosen = pair.chosenTokens();
        int rejected = pair.rejectedTokens();
        return new Scores(
                scores.chosen / chosen,
                scores.rejected / rejected,
                scores.slopeChosen / chosen,
                scores.slopeRejected / rejected);
    }

    double margin() {
        return chosen - rejected;
    }
}
