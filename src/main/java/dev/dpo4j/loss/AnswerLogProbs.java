package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a loss knows of one preference: its answers' summed log-probabilities, natural logarithms, and lengths; the chosen one first, then at
 * least one rejected. Of a labelled answer: its own, and then perhaps those of a mismatched one, another prompt's answer to its prompt.
 *
 * @param policy under the policy
 * @param reference under the reference; not looked at by a loss without one
 * @param tokens how many tokens each answer has
 * @param weights how much each answer counts, of which its pairs' are the products; 1 but in WPO
 * @param beginnings of the pairs; null: not known, as nothing but LD-DPO asks for them
 * @param label whether the answer is labelled good; null: it is a preference
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers; never compared
public record AnswerLogProbs(
        double[] policy,
        double[] reference,
        int[] tokens,
        double[] weights,
        @Nullable Beginnings beginnings,
        @Nullable Boolean label) {

    public AnswerLogProbs {
        int answers = policy.length;
        boolean enough = label == null ? answers >= 2 : answers == 1 || answers == 2;
        if (!enough || reference.length != answers || tokens.length != answers || weights.length != answers) {
            throw new IllegalArgumentException(
                    "A preference needs a chosen and at least one rejected answer, a labelled answer no more than a mismatched one");
        }
    }

    /** Answers that count alike. */
    public AnswerLogProbs(double[] policy, double[] reference, int[] tokens) {
        this(policy, reference, tokens, ones(policy.length), null, null);
    }

    /** Whether a labelled answer is good. */
    boolean good() {
        return Objects.requireNonNull(label, "a preference has no label");
    }

    /** The log-ratio of a labelled answer's mismatched one. */
    double mismatchedRatio() {
        return policy[1] - reference[1];
    }

    /** Counting alike, for each of so many answers. */
    public static double[] ones(int n) {
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
        Beginnings without =
                beginnings == null ? null : new Beginnings(beginnings.policy(), new double[beginnings.policy().length]);
        return new AnswerLogProbs(policy, new double[policy.length], tokens, weights, without, label);
    }

    /**
     * The chosen answer with each rejected one, in order.
     *
     * @param ldAlpha what tokens count behind the shorter answer's end (LD-DPO); null: as much as those before
     */
    List<PairLogProbs> pairs(double meanChosenTokens, @Nullable Double ldAlpha) {
        List<PairLogProbs> pairs = new ArrayList<>();
        for (int a = 1; a < policy.length; a++) {
            double[] policies = {policy[0], policy[a]};
            double[] references = {reference[0], reference[a]};
            if (ldAlpha != null) {
                Beginnings known = Objects.requireNonNull(beginnings, "LD-DPO asks for the answers' beginnings");
                for (int side = 0; side < 2; side++) {
                    policies[side] = weighed(policies[side], known.policy()[2 * (a - 1) + side], ldAlpha);
                    references[side] = weighed(references[side], known.reference()[2 * (a - 1) + side], ldAlpha);
                }
            }
            pairs.add(new PairLogProbs(
                    policies[0],
                    policies[1],
                    references[0],
                    references[1],
                    tokens[0],
                    tokens[a],
                    meanChosenTokens,
                    policy[0],
                    policy[a]));
        }
        return pairs;
    }

    private static double weighed(double whole, double beginning, double ldAlpha) {
        return beginning + ldAlpha * (whole - beginning);
    }
}
