package dev.dpo4j.train;

/**
 * What TRL logs about a set of preferences, each counted by its weight; each pair of a preference with k rejected answers weighs 1/k of it.
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
        double meanTokenAccuracy) {}
