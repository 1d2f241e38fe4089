package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.kernel.TokenFigures;
import dev.dpo4j.loss.Alone;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which weight each pair has in the metrics. */
class AnswerMetricsTest {

    static final double[] ONE_REJECTED = {-2, -5};
    static final double[] THREE_REJECTED = {-4, -1, -8, -3};

    @Test
    void eachOfKRejectedAnswersWeighsAKth() {
        AnswerMetrics sum = new AnswerMetrics();
        add(sum, ONE_REJECTED, new double[] {-3, -4});
        add(sum, THREE_REJECTED, new double[] {-4, -4, -4, -3});
        PreferenceMetrics mean = sum.mean();

        // beta 0.5; rewards of the first 0.5 | -0.5, of the second 0 | 1.5, -2, 0: one win in three, a tie is none
        assertThat(mean.rewardsChosen()).isEqualTo((0.5 + 0) / 2);
        assertThat(mean.rewardsRejected()).isCloseTo((-0.5 + (1.5 - 2 + 0) / 3) / 2, within(1e-15));
        assertThat(mean.rewardsMargins()).isCloseTo((1 + (-1.5 + 2 + 0) / 3) / 2, within(1e-15));
        assertThat(mean.rewardsAccuracies()).isCloseTo((1 + 1 / 3.0) / 2, within(1e-15));
        assertThat(mean.logpsChosen()).isEqualTo(-3);
        assertThat(mean.logpsRejected()).isCloseTo((-5 - 12 / 3.0) / 2, within(1e-15));
        double secondLoss = (Math.log1p(Math.exp(1.5)) + Math.log1p(Math.exp(-2)) + Math.log(2)) / 3;
        assertThat(mean.loss()).isCloseTo((Math.log1p(Math.exp(-1)) + secondLoss) / 2, within(1e-12));
    }

    @Test
    void tokensCountAlikeAndThoseOfKRejectedAnswersAKth() {
        // One chosen token and two of one rejected answer; two chosen tokens and one and three of two rejected ones.
        TokenFigures figures = new TokenFigures(
                new double[9],
                new double[] {1, 2, 3, /* */ 4, 5, 6, 7, 8, 9},
                new double[] {10, 20, 30, /* */ 40, 50, 60, 70, 80, 90},
                new boolean[] {true, true, true, /* */ false, true, true, true, true, true});
        AnswerMetrics sum = new AnswerMetrics();
        sum.add(losses(ONE_REJECTED), ONE_REJECTED, TokenTotals.of(figures, new int[] {0, 1, 3}), 1);
        double[] two = {-1, -2, -3};
        sum.add(losses(two), two, TokenTotals.of(figures, new int[] {3, 5, 6, 9}), 1);
        PreferenceMetrics mean = sum.mean();

        assertThat(mean.logitsChosen()).isEqualTo((10 + 40 + 50) / 3.0);
        assertThat(mean.logitsRejected()).isEqualTo((20 + 30 + (60 + 70 + 80 + 90) / 2.0) / 4);
        assertThat(mean.entropy()).isEqualTo((1 + 4 + 5 + 2 + 3 + (6 + 7 + 8 + 9) / 2.0) / 7);
        assertThat(mean.meanTokenAccuracy()).isEqualTo(2 / 3.0);
    }

    /** TRL's: what there is none of in a step is not there. */
    @Test
    void labelledAnswersAreToldOfWhereThereAreAny() {
        PreferenceMetrics mixed = step(answer(true, 1), answer(true, 4), answer(false, -2));
        PreferenceMetrics good = step(answer(true, 3));

        assertThat(mixed.rewardsChosen()).isEqualTo(1.25);
        assertThat(mixed.rewardsRejected()).isEqualTo(-1);
        assertThat(mixed.rewardsMargins()).isEqualTo(2.25);
        assertThat(mixed.logpsChosen()).isEqualTo((-9 - 6) / 2.0);
        assertThat(mixed.logpsRejected()).isEqualTo(-12);
        assertThat(mixed.logitsChosen()).isEqualTo(20 / 4.0);
        assertThat(mixed.entropy()).isEqualTo(9 / 7.0);
        assertThat(mixed.labels()).isEqualTo(new LabelMetrics(0.5, 0, 0, 0));
        assertThat(good.hasChosen()).isTrue();
        assertThat(good.hasRejected()).isFalse();
        assertThat(good.hasMargins()).isFalse();
        assertThat(good.logitsRejected()).isZero();
    }

    /** Of a reference at -10; good ones have two tokens of logits 5, bad ones three. */
    static PreferenceMetrics step(AnswerLogProbs... answers) {
        PreferenceLoss kto = LossOptions.of(List.of(LossType.KTO)).loss(0.5);
        List<PreferenceLosses> losses = kto.of(List.of(answers));
        AnswerMetrics sum = new AnswerMetrics();
        for (int i = 0; i < answers.length; i++) {
            boolean good = Boolean.TRUE.equals(answers[i].label());
            TokenTotals totals = good ? new TokenTotals(2, 0, 3, 10, 0, 1) : new TokenTotals(0, 3, 3, 0, 15, 0);
            sum.add(losses.get(i), answers[i].policy(), totals, 1);
        }
        return sum.mean();
    }

    static AnswerLogProbs answer(boolean good, double ratio) {
        return new AnswerLogProbs(
                new double[] {-10 + ratio, -7.5},
                new double[] {-10, -8},
                new int[] {1, 1},
                AnswerLogProbs.ones(2),
                null,
                good);
    }

    @Test
    void aPreferenceOfWeightThreeCountsAsThree() {
        AnswerMetrics weighted = new AnswerMetrics();
        add(weighted, ONE_REJECTED, new double[] {-3, -4}, 1);
        add(weighted, THREE_REJECTED, new double[] {-4, -4, -4, -3}, 3);
        AnswerMetrics repeated = new AnswerMetrics();
        add(repeated, ONE_REJECTED, new double[] {-3, -4});
        for (int i = 0; i < 3; i++) {
            add(repeated, THREE_REJECTED, new double[] {-4, -4, -4, -3});
        }

        assertThat(weighted.mean())
                .usingRecursiveComparison()
                .withComparatorForType((one, other) -> Math.abs(one - other) < 1e-14 ? 0 : 1, Double.class)
                .isEqualTo(repeated.mean());
    }

    static void add(AnswerMetrics sum, double[] policy, double[] reference) {
        add(sum, policy, reference, 1);
    }

    private static void add(AnswerMetrics sum, double[] policy, double[] reference, double count) {
        sum.add(
                Alone.of(LossOptions.SIGMOID.loss(0.5), new AnswerLogProbs(policy, reference, new int[policy.length])),
                policy,
                new TokenTotals(2, 3, -policy[0], policy[0], policy[1], 1),
                count);
    }

    private static PreferenceLosses losses(double[] policy) {
        return Alone.of(LossOptions.SIGMOID.loss(0.5), new AnswerLogProbs(policy, policy, new int[policy.length]));
    }
}
