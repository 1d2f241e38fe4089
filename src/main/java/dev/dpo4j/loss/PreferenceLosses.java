package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.List;

/**
 * The loss of one preference with any number of rejected answers: the mean over them, as in the notebook this project grew from.
 *
 * @param loss the mean over the pairs
 * @param pairs chosen against each rejected answer, in order
 * @param slopes the loss's derivative by each answer's summed policy log-probability, chosen first
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record PreferenceLosses(double loss, List<PairLoss> pairs, double[] slopes) {

    /**
     * Computes the loss.
     *
     * @param policy summed log-probabilities of the answers under the policy, chosen first, then at least one rejected
     * @param reference the same under the reference
     * @param tokens the answers' lengths
     */
    public static PreferenceLosses of(PreferenceLoss loss, double[] policy, double[] reference, int[] tokens) {
        int rejected = policy.length - 1;
        if (rejected < 1 || reference.length != policy.length || tokens.length != policy.length) {
            throw new IllegalArgumentException("A preference needs a chosen and at least one rejected answer");
        }
        List<PairLoss> pairs = new ArrayList<>();
        double[] slopes = new double[policy.length];
        double sum = 0;
        for (int i = 1; i <= rejected; i++) {
            PairLoss pair =
                    loss.of(new PairLogProbs(policy[0], policy[i], reference[0], reference[i], tokens[0], tokens[i]));
            pairs.add(pair);
            sum += pair.loss();
            slopes[0] += pair.slopeChosen() / rejected;
            slopes[i] = pair.slopeRejected() / rejected;
        }
        return new PreferenceLosses(sum / rejected, List.copyOf(pairs), slopes);
    }
}
