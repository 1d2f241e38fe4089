package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a loss knows of one preference: its answers' summed log-probabilities, natural logarithms, and lengths; the chosen one first, then at
 * least one rejected.
 *
 * @param policy under the policy
 * @param reference under the reference; not looked at by a loss without one
 * @param tokens how many tokens each answer has
 * @param weights how much each answer counts, of which its pairs' are the products; 1 but in WPO
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers; never compared
public record AnswerLogProbs(double[] policy, double[] reference, int[] tokens, double[] weights) {

    public AnswerLogProbs {
        int answers = policy.length;
        if (answers < 2 || reference.length != answers || tokens.length != answers || weights.length != answers) {
            throw new IllegalArgumentException("A preference needs a chosen and at least one rejected answer");
        }
    }

    /** Answers that count alike. */
    public AnswerLogProbs(double[] policy, double[] reference, int[] tokens) {
        this(policy, reference, tokens, ones(policy.length));
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** What a pair's loss counts. */
    double weight(int pair) {
        return weights[0] * weights[pair + 1];
    }

    /** The same without a reference. */
    AnswerLogProbs withoutReference() {
        return new AnswerLogProbs(policy, new double[policy.length], tokens, weights);
    }

    /** The chosen answer with each rejected one, in order. */
    List<PairLogProbs> pairs(double meanChosenTokens) {
        List<PairLogProbs> pairs = new ArrayList<>();
        for (int a = 1; a < policy.length; a++) {
            pairs.add(new PairLogProbs(
                    policy[0], policy[a], reference[0], reference[a], tokens[0], tokens[a], meanChosenTokens));
        }
        return pairs;
    }
}
