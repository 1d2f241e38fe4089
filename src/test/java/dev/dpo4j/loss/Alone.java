package dev.dpo4j.loss;

import java.util.List;

/** What is computed alone, with nothing beside it. */
public final class Alone {

    private Alone() {}

    /** The losses of one preference. */
    public static PreferenceLosses of(PreferenceLoss loss, AnswerLogProbs preference) {
        return loss.of(List.of(preference)).getFirst();
    }

    /** The loss of one pair of answers. */
    static PairLoss of(PreferenceLoss loss, PairLogProbs pair) {
        AnswerLogProbs preference = new AnswerLogProbs(
                new double[] {pair.policyChosen(), pair.policyRejected()},
                new double[] {pair.referenceChosen(), pair.referenceRejected()},
                new int[] {pair.chosenTokens(), pair.rejectedTokens()});
        return loss.of(List.of(preference), pair.meanChosenTokens())
                .getFirst()
                .pairs()
                .getFirst();
    }

    /** A pair that is computed alone, of which nothing is reduced. */
    static PairLogProbs pair(
            double policyChosen,
            double policyRejected,
            double referenceChosen,
            double referenceRejected,
            int chosenTokens,
            int rejectedTokens) {
        return new PairLogProbs(
                policyChosen,
                policyRejected,
                referenceChosen,
                referenceRejected,
                chosenTokens,
                rejectedTokens,
                chosenTokens,
                policyChosen,
                policyRejected);
    }
}
