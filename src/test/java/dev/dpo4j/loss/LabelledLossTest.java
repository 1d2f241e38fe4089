package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Losses of labelled answers, worked by hand; TRL's figures are in the trainer's tests. */
class LabelledLossTest {

    /** Log-ratios 0.5, -1 and 2 of the answers, 1, -0.4 and 0.9 of the mismatched ones: their mean is 0.5. */
    private static final List<AnswerLogProbs> ANSWERS =
            List.of(answer(true, 0.5, 1), answer(false, -1, -0.4), answer(false, 2, 0.9));

    private static final PreferenceLoss KTO =
            Options.of(LossType.KTO).labelWeights(1.5, 0.75).build().loss(0.2);

    @Test
    void aGoodAnswerIsToBeFartherThanTheMeanMismatchAndABadOneNearer() {
        List<PreferenceLosses> losses = KTO.of(ANSWERS);

        // good: 0.2 (0.5 - 0.5) = 0; bad: 0.2 (0.5 + 1) = 0.3 and 0.2 (0.5 - 2) = -0.3
        assertThat(losses.get(0).loss()).isCloseTo(1.5 * 0.5, within(1e-15));
        assertThat(losses.get(1).loss()).isCloseTo(0.75 / (1 + Math.exp(0.3)), within(1e-15));
        assertThat(losses.get(2).loss()).isCloseTo(0.75 / (1 + Math.exp(-0.3)), within(1e-15));
        assertThat(losses.get(0).slopes()).containsExactly(-1.5 * 0.2 * 0.25, 0);
        assertThat(losses.get(0).labelled()).isEqualTo(new LabelledAnswer(true, 0.1, 0.5));
        assertThat(losses).extracting(PreferenceLosses::pairs).allMatch(List::isEmpty);
        assertThat(KTO.comparesPreferences()).isTrue();
    }

    @Test
    void theDistanceFromTheReferenceIsNeverBelowZero() {
        List<AnswerLogProbs> nearer = List.of(answer(true, 0.5, -3), answer(false, -1, 1));

        List<PreferenceLosses> losses = KTO.of(nearer);

        assertThat(losses.get(0).loss()).isCloseTo(1.5 / (1 + Math.exp(0.1)), within(1e-15));
        assertThat(losses.get(1).loss()).isCloseTo(0.75 / (1 + Math.exp(0.2)), within(1e-15));
        assertThat(losses.get(1).labelled()).isEqualTo(new LabelledAnswer(false, -0.2, 0));
    }

    @Test
    void withoutThatDistanceItIsApoZero() {
        PreferenceLoss unpaired = Options.of(LossType.APO_ZERO_UNPAIRED).build().loss(0.2);
        PairLoss pair = Alone.of(Options.of(LossType.APO_ZERO).build().loss(0.2), Alone.pair(-3.5, -6, -4, -5, 3, 4));

        List<PreferenceLosses> losses = unpaired.of(List.of(unmatched(true, 0.5), unmatched(false, -1)));

        assertThat(losses.get(0).loss() + losses.get(1).loss()).isCloseTo(pair.loss(), within(1e-15));
        assertThat(losses.get(0).slopes()).containsExactly(new double[] {pair.slopeChosen()}, within(1e-15));
        assertThat(losses.get(1).slopes()).containsExactly(new double[] {pair.slopeRejected()}, within(1e-15));
        assertThat(unpaired.comparesPreferences()).isFalse();
        assertThat(unpaired.looksAtMismatched()).isFalse();
    }

    /** A mismatched answer's is 0 by what the paper says, whatever the difference. */
    @ParameterizedTest
    @EnumSource(
            value = LossType.class,
            names = {"KTO", "APO_ZERO_UNPAIRED"})
    void anAnswersSlopeIsTheCentralDifferenceOfTheSum(LossType type) {
        PreferenceLoss loss = Options.of(type).labelWeights(1.5, 0.75).build().loss(0.4);
        double h = 1e-5;
        for (int i = 0; i < ANSWERS.size(); i++) {
            double difference = (sum(loss, moved(i, h)) - sum(loss, moved(i, -h))) / (2 * h);
            double[] slopes = loss.of(ANSWERS).get(i).slopes();
            assertThat(slopes[0]).as("answer %d", i).isCloseTo(difference, within(1e-9));
            assertThat(slopes[1]).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LossType.class,
            names = {"KTO", "APO_ZERO_UNPAIRED"})
    void extremeAnswersGiveNumbers(LossType type) {
        for (double ratio : new double[] {-1e4, 1e4}) {
            for (boolean good : new boolean[] {true, false}) {
                PreferenceLosses losses = LossOptions.of(List.of(type))
                        .loss(0.5)
                        .of(List.of(answer(good, ratio, -ratio)))
                        .getFirst();
                assertThat(losses.loss()).isEqualTo(good == ratio > 0 ? 0 : 1);
                assertThat(losses.slopes()[0]).isZero();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kto               | 1   | 1   | 0   | reverse_kl | false | false |     | sigmoid | loss_type can only be kto, which is of answers labelled good or bad, or losses of preferences, not both
            kto               | 0   | 1   | 0   | reverse_kl | false | false |     |         | desirable_weight must be a positive number, not 0.0
            kto               | 1   | -1  | 0   | reverse_kl | false | false |     |         | undesirable_weight must be a positive number, not -1.0
            apo_zero_unpaired | 1   | NaN | 0   | reverse_kl | false | false |     |         | undesirable_weight must be a positive number, not NaN
            sigmoid           | 1.5 | 1   | 0   | reverse_kl | false | false |     |         | desirable_weight has no effect on sigmoid
            sigmoid           | 1   | 1.5 | 0   | reverse_kl | false | false |     |         | undesirable_weight has no effect on sigmoid
            kto               | 1   | 1   | 0.1 | reverse_kl | false | false |     |         | label_smoothing has no effect on kto
            kto               | 1   | 1   | 0   | forward_kl | false | false |     |         | f_divergence_type can only be reverse_kl with kto
            kto               | 1   | 1   | 0   | reverse_kl | true  | false |     |         | reference_free cannot go with kto
            kto               | 1   | 1   | 0   | reverse_kl | false | true  |     |         | use_weighting is of pairs, and cannot go with kto
            kto               | 1   | 1   | 0   | reverse_kl | false | false | 0.5 |         | ld_alpha is of pairs, and cannot go with kto
            """)
    void whatHasNoMeaningIsRefusedByName(
            String type,
            double desirable,
            double undesirable,
            double smoothing,
            String divergence,
            boolean withoutReference,
            boolean weighted,
            @Nullable Double ldAlpha,
            @Nullable String beside,
            String message) {
        List<LossType> types = new ArrayList<>(List.of(LossType.of(type).orElseThrow()));
        if (beside != null) {
            types.add(LossType.of(beside).orElseThrow());
        }
        LossOptions made = Options.of(types)
                .labelWeights(desirable, undesirable)
                .labelSmoothing(smoothing)
                .divergence(DivergenceType.valueOf(divergence.toUpperCase(Locale.ROOT)), 0.5)
                .withoutReference(withoutReference)
                .weighted(weighted)
                .ldAlpha(ldAlpha)
                .build();
        assertThatThrownBy(() -> made.loss(0.1))
                .isInstanceOf(InvalidLossException.class)
                .hasMessageStartingWith(message);
    }

    private static AnswerLogProbs answer(boolean good, double ratio, double mismatchedRatio) {
        return new AnswerLogProbs(
                new double[] {-5 + ratio, -7 + mismatchedRatio},
                new double[] {-5, -7},
                new int[] {3, 4},
                AnswerLogProbs.ones(2),
                null,
                good);
    }

    private static AnswerLogProbs unmatched(boolean good, double ratio) {
        return new AnswerLogProbs(
                new double[] {-5 + ratio}, new double[] {-5}, new int[] {3}, AnswerLogProbs.ones(1), null, good);
    }

    private static List<AnswerLogProbs> moved(int answer, double by) {
        List<AnswerLogProbs> all = new ArrayList<>(ANSWERS);
        AnswerLogProbs there = all.get(answer);
        double[] policy = there.policy().clone();
        policy[0] += by;
        all.set(
                answer,
                new AnswerLogProbs(policy, there.reference(), there.tokens(), there.weights(), null, there.label()));
        return all;
    }

    private static double sum(PreferenceLoss loss, List<AnswerLogProbs> answers) {
        return loss.of(answers).stream().mapToDouble(PreferenceLosses::loss).sum();
    }
}
