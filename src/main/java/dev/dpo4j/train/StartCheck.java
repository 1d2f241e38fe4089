package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;

/**
 * Before the first update a policy that is its own reference says of every answer what the reference says: margins are 0, and the loss is
 * what it is there, ln 2 for DPO's.
 *
 * @param inTraining whether the policy is the reference in the first step, and there is one
 * @param inEvaluation likewise in an evaluation before it, in which nothing is dropped
 * @param beta what the loss multiplies differences by
 */
record StartCheck(boolean inTraining, boolean inEvaluation, double beta) {

    /** So far from 0 may a margin be, beta times the difference of what two answers are off, besides what rounding explains. */
    private static final double MARGIN = 1e-4;

    /** And so many nats an answer whatever beta is: another model's, or another text's, are nats away. */
    private static final double NATS = 1e-4;

    /**
     * What rounding explains of one token. Its log-probability is the difference of a logit and a log-sum of some 16 to 32, where float32
     * numbers are 2^-19 apart; two orders of summation, layer by layer, may end eight of these apart. The tokens of an answer are off in
     * either direction, so that their errors add up with the root of their number.
     */
    private static final double ROUNDING_OF_TOKEN = 0x1p-16;

    /** And this share of a sum: where it is large for its tokens, its logits are, and float32 rounds each of them to 2^-24 of itself. */
    private static final double ROUNDING_OF_SUM = 0x1p-21;

    /**
     * Checks a batch, before the first update.
     *
     * @param what its preferences belong to, for the message
     * @param policy each preference's sums, its answers' first
     * @param reference the same, found in another way
     * @throws SelfCheckException naming the first answer of which the two do not say the same
     */
    void require(String what, PreferenceBatch batch, double[][] policy, double[][] reference) {
        for (int p = 0; p < policy.length; p++) {
            TokenizedPreference preference = batch.preferences().get(p);
            int[] lengths = preference.lengths();
            for (int a = 0; a < lengths.length; a++) {
                double apart = Math.abs(policy[p][a] - reference[p][a]);
                // What is no number is told with the loss.
                if (apart > bound(lengths[a], policy[p][a])) {
                    throw new SelfCheckException(
                            ("Before the first step the policy is its own reference, but the %s of row %d of the %s data has log-probability"
                                            + " %s under the policy and %s under the reference. This is no fault of the data: the reference's"
                                            + " log-probabilities, as they were computed or cached, are not this model's.")
                                    .formatted(
                                            name(preference, a),
                                            preference.row(),
                                            what,
                                            policy[p][a],
                                            reference[p][a]));
                }
            }
        }
    }

    /** Two answers that keep to this have a margin of at most {@link #MARGIN}, and beta times what rounding explains of both. */
    private double bound(int tokens, double sum) {
        return Math.min(NATS, MARGIN / (2 * beta))
                + Math.sqrt(tokens) * ROUNDING_OF_TOKEN
                + Math.abs(sum) * ROUNDING_OF_SUM;
    }

    private static String name(TokenizedPreference preference, int answer) {
        if (preference.label() != null) {
            return answer == 0 ? "answer" : "mismatched answer";
        }
        return answer == 0 ? "chosen answer" : "rejected answer";
    }
}
