package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/**
 * What TRL logs about a set of preferences, each counted by its weight; each pair of a preference with k rejected answers weighs 1/k of it.
 * Or about a set of labelled answers, of which good ones are called chosen and bad ones rejected; there are no accuracies of them.
 *
 * @param loss mean DPO loss
 * @param rewardsChosen mean {@code beta (log pi(chosen) - log ref(chosen))}
 * @param rewardsRejected the same of the rejected answers
 * @param rewardsAccuracies share of pairs whose chosen reward is strictly greater
 * @param rewardsMargins mean difference of the two rewards
 * @param logpsChosen mean summed log-probability of the chosen answers under the policy
 * @param logpsRejected the same of the rejected answers
 * @param logitsChosen mean, over the chosen answers' tokens, of the mean logit each was chosen from
 * @param logitsRejected the same of the rejected answers
 * @param entropy mean, over all answers' tokens, of the entropy of the policy's distribution there, in nats
 * @param meanTokenAccuracy share of the chosen answers' tokens that the policy finds the likeliest
 * @param labels of labelled answers; null: of preferences
 */
public record PreferenceMetrics(
        double loss,
        double rewardsChosen,
        double rewardsRejected,
        double rewardsAccuracies,
        double rewardsMargins,
        double logpsChosen,
        double logpsRejected,
        double logitsChosen,
        double logitsRejected,
        double entropy,
        double meanTokenAccuracy,
        @Nullable LabelMetrics labels) {

    /** Whether there are chosen answers to tell of. */
    public boolean hasChosen() {
        return labels == null || labels.withoutChosen() == 0;
    }

    /** Whether there are rejected answers to tell of. */
    public boolean hasRejected() {
        return labels == null || labels.withoutRejected() == 0;
    }

    /** Whether there are margins to tell of. */
    public boolean hasMargins() {
        return labels == null || labels.withoutMargins() == 0;
    }
}
