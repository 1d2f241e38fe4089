package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;

/**
 * Before the first update a policy that is its own reference says of every answer what the reference says: margins are 0, and the loss is
 * what it is there, ln 2 for DPO's.
 *
 * @param inTraining whether the policy is the reference in the first step, and there is one
 * @param inEvaluation likewise in an evaluation before it, in which nothing is dropped
 */
record StartCheck(boolean inTraining, boolean inEvaluation) {

    /** Nats that two sums of one answer's log-probabilities may be apart: another model's, or another text's, are nats away. */
    private static final double APART = 1e-4;

    /** And of a long answer's this share: a cached sum may come from another batch, which rounds in another order. */
    private static final double SHARE = 1e-5;

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
            for (int a = 0; a < PreferenceBatch.lengths(preference).length; a++) {
                double apart = Math.abs(policy[p][a] - reference[p][a]);
                // What is no number is told with the loss.
                if (apart > APART + SHARE * Math.abs(policy[p][a])) {
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

    private static String name(TokenizedPreference preference, int answer) {
        if (preference.label() != null) {
            return answer == 0 ? "answer" : "mismatched answer";
        }
        return answer == 0 ? "chosen answer" : "rejected answer";
    }
}
