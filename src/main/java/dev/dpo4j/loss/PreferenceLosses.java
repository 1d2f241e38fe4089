package dev.dpo4j.loss;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loss of one preference with any number of rejected answers: the mean over them, as in the notebook this project grew from. Or that of
 * one labelled answer.
 *
 * @param loss the mean over the pairs
 * @param pairs chosen against each rejected answer, in order; none of a labelled answer
 * @param slopes the loss's derivative by each answer's summed policy log-probability, chosen first; with LD-DPO by that of the tokens which both
 *     answers of all pairs reach
 * @param labelled of a labelled answer; null: it is a preference
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record PreferenceLosses(
        double loss,
        List<PairLoss> pairs,
        double[] slopes,
        @Nullable LabelledAnswer labelled) {

    /** Of a preference. */
    public PreferenceLosses(double loss, List<PairLoss> pairs, double[] slopes) {
        this(loss, pairs, slopes, null);
    }

    static PreferenceLosses mean(List<PairLoss> pairs) {
        int rejected = pairs.size();
        double[] slopes = new double[rejected + 1];
        double sum = 0;
        for (int i = 1; i <= rejected; i++) {
            PairLoss pair = pairs.get(i - 1);
            sum += pair.loss();
            slopes[0] += pair.slopeChosen() / rejected;
            slopes[i] = pair.slopeRejected() / rejected;
        }
        return new PreferenceLosses(sum / rejected, List.copyOf(pairs), slopes);
    }
}
