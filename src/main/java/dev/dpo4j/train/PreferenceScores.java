package dev.dpo4j.train;

import dev.dpo4j.loss.PreferenceLosses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What policy and reference say of some preferences.
 *
 * @param loss the mean of the preferences' losses, each counted by its weight
 * @param preferences in the order in which they were given
 * @param metrics as a job reports them of a step
 * @param gradientNorm the L2 norm of the loss's gradient over all weights, a tied one counted once; null when it was not asked for
 */
public record PreferenceScores(
        double loss,
        List<Preference> preferences,
        PreferenceMetrics metrics,
        @Nullable Double gradientNorm) {

    /**
     * One preference.
     *
     * @param losses its loss, DPO logits and rewards
     * @param answers the chosen one, then the rejected ones; or the labelled one, then the mismatched one, if it has any
     */
    public record Preference(PreferenceLosses losses, List<Answer> answers) {}

    /**
     * One answer.
     *
     * @param tokens its token ids
     * @param policy each token's log-probability under the policy, natural
     * @param reference the same under the reference
     * @param policySum their sum, which the loss was computed from
     * @param referenceSum the same under the reference
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
    public record Answer(int[] tokens, double[] policy, double[] reference, double policySum, double referenceSum) {}
}
