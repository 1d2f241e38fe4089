package dev.dpo4j.train;

import dev.dpo4j.kernel.TokenFigures;

/**
 * Sums over the tokens of a preference's answers; tokens of each of k rejected answers count 1/k.
 *
 * @param chosen tokens of the chosen answer
 * @param rejected tokens of the rejected ones
 * @param entropy of the distributions that all these tokens were drawn from, in nats
 * @param chosenLogits mean logits of those of the chosen answer's
 * @param rejectedLogits of the rejected ones'
 * @param greedy how many of the chosen answer's tokens were the likeliest
 */
record TokenTotals(
        double chosen, double rejected, double entropy, double chosenLogits, double rejectedLogits, double greedy) {

    /**
     * The sums of one preference.
     *
     * @param starts where each answer's tokens begin in the figures, the chosen one's first, and where the last one's end
     */
    static TokenTotals of(TokenFigures figures, int[] starts) {
        int k = starts.length - 2;
        double chosenLogits = 0;
        double rejectedLogits = 0;
        double entropy = 0;
        double greedy = 0;
        int firstRejected = starts[1];
        int end = starts[starts.length - 1];
        for (int i = starts[0]; i < firstRejected; i++) {
            chosenLogits += figures.meanLogit()[i];
            entropy += figures.entropy()[i];
            greedy += figures.greedy()[i] ? 1 : 0;
        }
        for (int i = firstRejected; i < end; i++) {
            rejectedLogits += figures.meanLogit()[i] / k;
            entropy += figures.entropy()[i] / k;
        }
        double rejected = (double) (end - firstRejected) / k;
        return new TokenTotals(firstRejected - starts[0], rejected, entropy, chosenLogits, rejectedLogits, greedy);
    }

    /** The sums of one labelled answer, which is in the place of a chosen one if it is good, and else in that of a rejected one. */
    static TokenTotals of(TokenFigures figures, int first, int end, boolean good) {
        double logits = 0;
        double entropy = 0;
        double greedy = 0;
        for (int i = first; i < end; i++) {
            logits += figures.meanLogit()[i];
            entropy += figures.entropy()[i];
            greedy += figures.greedy()[i] ? 1 : 0;
        }
        return good
                ? new TokenTotals(end - first, 0, entropy, logits, 0, greedy)
                : new TokenTotals(0, end - first, entropy, 0, logits, 0);
    }
}
