package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses of several preferences, with one or several rejected answers, that are computed together. */
class LossBatchTest {

    private static final AnswerLogProbs FIRST =
            new AnswerLogProbs(new double[] {-2.5, -2.6}, new double[] {-2.75, -2.0}, new int[] {3, 2});
    private static final AnswerLogProbs SECOND =
            new AnswerLogProbs(new double[] {-2.1, -4.0}, new double[] {-1.8, -4.3}, new int[] {2, 4});

    /** Of another reference: the pairs change places when they are sorted. */
    private static final List<AnswerLogProbs> CROSSED = List.of(
            new AnswerLogProbs(FIRST.policy(), new double[] {-1.0, -4.5}, FIRST.tokens()),
            new AnswerLogProbs(SECOND.policy(), new double[] {-1.8, -4.3}, SECOND.tokens()));

    /** Log-ratios 0.25, -0.6, 0.3. */
    private static final AnswerLogProbs OF_THREE =
            new AnswerLogProbs(new double[] {-2.5, -2.6, -4.0}, new double[] {-2.75, -2.0, -4.3}, new int[] {3, 2, 4});

    private static final List<AnswerLogProbs> RAGGED = List.of(
            FIRST,
            new AnswerLogProbs(new double[] {-3.1, -2.2, -4.4}, new double[] {-2.9, -2.6, -4.1}, new int[] {3, 2, 4}),
            new AnswerLogProbs(
                    new double[] {-7, -3, -9, -5.5}, new double[] {-6.5, -3.2, -8, -6}, new int[] {5, 2, 6, 3}));

    /** TRL's trainer: the mean loss, and its slopes by the first and second pair's chosen and rejected answer. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            aot          | 0   | 0.6875735734 | -0.0239381393 | -0.0257497751 | 0.0239381393 | 0.0257497751
            aot          | 0.1 | 0.6888235734 | -0.0189381393 | -0.0207497751 | 0.0189381393 | 0.0207497751
            aot_unpaired | 0   | 0.6869549909 | -0.0250624999 | -0.0246250281 | 0.0246250281 | 0.0250624999
            sft          | 0   | 0.92         | -0.2          | -0.2          | 0            | 0
            """)
    void givesTrlsLossesAndSlopes(
            String type,
            double smoothing,
            double loss,
            double chosen1,
            double chosen2,
            double rejected1,
            double rejected2) {
        List<PreferenceLosses> losses = LossFamilyTest.options(type, smoothing, "reverse_kl", 0.5)
                .loss(0.1)
                .of(List.of(FIRST, SECOND));

        assertThat(mean(losses)).isCloseTo(loss, within(1e-10));
        assertThat(slopes(losses))
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-10 ? 0 : 1)
                .containsExactly(chosen1, rejected1, chosen2, rejected2);
    }

    /** TRL's trainer, where sorting matters. */
    @ParameterizedTest
    @CsvSource({"sigmoid, 0.8005626123", "aot, 0.7983368698", "aot_unpaired, 0.7981883719"})
    void sortsAsTrlDoes(String type, double loss) {
        PreferenceLoss made = LossFamilyTest.options(type, 0, "reverse_kl", 0.5).loss(0.1);

        assertThat(mean(made.of(CROSSED))).isCloseTo(loss, within(1e-10));
    }

    /** TRL's trainer: MPO, and its slopes. */
    @Test
    void addsUpLossesOfPairsAndOfTheWhole() {
        PreferenceLoss mpo = Options.of(LossType.SIGMOID, LossType.BCO_PAIR, LossType.SFT)
                .weights(List.of(0.8, 0.2, 1.0))
                .build()
                .loss(0.1);

        List<PreferenceLosses> losses = mpo.of(List.of(FIRST, SECOND));

        assertThat(mean(losses)).isCloseTo(1.7461430357, within(1e-10));
        assertThat(slopes(losses))
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-10 ? 0 : 1)
                .containsExactly(-0.2240880147, 0.0240005564, -0.2256748144, 0.0256748144);
    }

    /** By hand, of the formulas: chosen answers of 3 and 2 tokens have 2.5 on average, so the likelihood's shares are 1 and 0.84. */
    @ParameterizedTest
    @CsvSource({"cpo, 0.1, 1.5654062949032377", "simpo, 2, 0.768629652464857", "orpo, 0.1, 0.9764960490542973"})
    void lossesWithoutAReferenceAreThoseOfTheirPapers(String type, double beta, double loss) {
        PreferenceLoss made = LossFamilyTest.options(type, 0, "reverse_kl", 0.5).loss(beta);

        assertThat(made.referenceFree()).isTrue();
        assertThat(mean(made.of(List.of(FIRST, SECOND)))).isCloseTo(loss, within(1e-12));
        assertThat(mean(made.of(CROSSED))).isCloseTo(loss, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sft        | false
            sft,simpo  | true
            simpo,orpo | true
            cpo,dpop   | false
            """)
    void aReferenceIsNeededWhenALossOrTheRewardsNeedIt(String names, boolean referenceFree) {
        List<LossType> types = Arrays.stream(names.split(","))
                .map(name -> LossType.of(name).orElseThrow())
                .toList();

        assertThat(LossOptions.of(types).loss(0.1).referenceFree()).isEqualTo(referenceFree);
    }

    @Test
    void withoutAReferenceRewardsAreThePolicysAlone() {
        PairLoss pair = LossFamilyTest.options("simpo", 0, "reverse_kl", 0.5)
                .loss(0.2)
                .of(List.of(FIRST))
                .getFirst()
                .pairs()
                .getFirst();

        assertThat(pair.rewardChosen()).isEqualTo(0.2 * -2.5);
        assertThat(pair.rewardRejected()).isEqualTo(0.2 * -2.6);
        assertThat(pair.logits()).isEqualTo(-2.5 + 2.6);
    }

    /** TRL's trainer: WPO, with the weights of its policy's sums of squared probabilities. */
    @Test
    void weighedPairsAreTrls() {
        PreferenceLoss wpo = Options.of(LossType.SIGMOID).weighted(true).build().loss(0.1);
        double first = Math.exp((-2.5 + 2.5) / 3);
        double second = Math.exp((-2.1 + 1.4) / 2);

        List<PreferenceLosses> losses = wpo.of(List.of(
                weighed(FIRST, first, Math.exp((-2.6 + 1.8) / 2)),
                weighed(SECOND, second, Math.exp((-4.0 + 3.4) / 4))));

        assertThat(mean(losses)).isCloseTo(0.4378154415, within(1e-10));
        assertThat(slopes(losses))
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-10 ? 0 : 1)
                .containsExactly(-0.0160462146, 0.0160462146, -0.0156180281, 0.0156180281);
    }

    /**
     * TRL multiplies what each loss gives a pair with the pair's weight; with {@code sft} it fails at that, in place on one number for all pairs.
     * By hand, of one pair -2.5 / 3 for each chosen token; of two of each what it has of the whole: 2.5 and 2.1 of 2.5 tokens on average.
     */
    @Test
    void aPairsLikelihoodIsWeighedToo() {
        PreferenceLoss wpo = Options.of(LossType.SIGMOID, LossType.SFT)
                .weighted(true)
                .build()
                .loss(0.1);
        AnswerLogProbs first = weighed(FIRST, 1, Math.exp(-0.4));
        AnswerLogProbs second = weighed(SECOND, Math.exp(-0.35), Math.exp(-0.15));
        double weight1 = Math.exp(-0.4);
        double weight2 = Math.exp(-0.5);

        PreferenceLosses alone = wpo.of(List.of(first)).getFirst();
        List<PreferenceLosses> both = wpo.of(List.of(first, second));

        assertThat(alone.loss()).isCloseTo(weight1 * (Math.log1p(Math.exp(-0.085)) + 2.5 / 3), within(1e-12));
        assertThat(alone.slopes()[0]).isCloseTo(weight1 * (-0.1 / (1 + Math.exp(0.085)) - 1.0 / 3), within(1e-12));
        assertThat(mean(both)).isCloseTo(0.4378154415 + (weight1 + weight2 * 0.84) / 2, within(1e-10));
        assertThat(slopes(both))
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-10 ? 0 : 1)
                .containsExactly(-0.0160462146 - weight1 / 5, 0.0160462146, -0.0156180281 - weight2 / 5, 0.0156180281);
    }

    /** TRL's trainer: LD-DPO, of which these slopes are those of the tokens before the shorter answer's end. */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0.6873299199, -0.0241253571, -0.0255624051",
        "0, 0.6871424671, -0.0243126733, -0.0253749719",
        "1, 0.6875735734, -0.0239381393, -0.0257497751"
    })
    void tokensBehindTheShorterAnswersEndCountAlpha(double alpha, double loss, double slope1, double slope2) {
        PreferenceLoss ld = Options.of(LossType.SIGMOID).ldAlpha(alpha).build().loss(0.1);

        List<PreferenceLosses> losses = ld.of(List.of(
                withBeginnings(FIRST, new double[] {-1.75, -2.6}, new double[] {-1.7, -2.0}),
                withBeginnings(SECOND, new double[] {-2.1, -2.5}, new double[] {-1.8, -2.5})));

        assertThat(mean(losses)).isCloseTo(loss, within(1e-10));
        assertThat(slopes(losses))
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-10 ? 0 : 1)
                .containsExactly(slope1, -slope1, slope2, -slope2);
    }

    private static AnswerLogProbs withBeginnings(AnswerLogProbs preference, double[] policy, double[] reference) {
        return new AnswerLogProbs(
                preference.policy(),
                preference.reference(),
                preference.tokens(),
                preference.weights(),
                new Beginnings(policy, reference),
                null);
    }

    private static AnswerLogProbs weighed(AnswerLogProbs preference, double chosen, double rejected) {
        return new AnswerLogProbs(
                preference.policy(),
                preference.reference(),
                preference.tokens(),
                new double[] {chosen, rejected},
                null,
                null);
    }

    /** Scores are 0.5 times the log-ratios: 0.125, -0.3, 0.15. */
    @Test
    void plackettLuceIsTheSoftmaxOverWhatIsLeft() {
        double best = Math.log(Math.exp(0.125) + Math.exp(-0.3) + Math.exp(0.15)) - 0.125;
        double second = Math.log(Math.exp(-0.3) + Math.exp(0.15)) + 0.3;

        assertThat(Alone.of(plackettLuce(false), OF_THREE).loss()).isCloseTo(best, within(1e-15));
        assertThat(Alone.of(plackettLuce(true), OF_THREE).loss()).isCloseTo(best + second, within(1e-15));
    }

    @Test
    void plackettLuceOfOneRejectedAnswerIsDpo() {
        PreferenceLosses one = Alone.of(plackettLuce(true), SECOND);
        PreferenceLosses dpo = Alone.of(LossOptions.SIGMOID.loss(0.5), SECOND);

        assertThat(one.loss()).isCloseTo(dpo.loss(), within(1e-15));
        assertThat(one.slopes()[0]).isCloseTo(dpo.slopes()[0], within(1e-15));
        assertThat(one.slopes()[1]).isCloseTo(dpo.slopes()[1], within(1e-15));
    }

    /** With one pair each way of counting is the same; here pairs, not preferences, must count alike: the six of the ragged three. */
    @ParameterizedTest
    @EnumSource(
            value = LossType.class,
            names = {"AOT", "AOT_UNPAIRED"})
    void whatSortsCountsEveryPairAlike(LossType type) {
        List<AnswerLogProbs> flat = new ArrayList<>();
        for (AnswerLogProbs preference : RAGGED) {
            for (int a = 1; a < preference.policy().length; a++) {
                flat.add(new AnswerLogProbs(
                        new double[] {preference.policy()[0], preference.policy()[a]},
                        new double[] {preference.reference()[0], preference.reference()[a]},
                        new int[] {preference.tokens()[0], preference.tokens()[a]}));
            }
        }
        PreferenceLoss loss = LossOptions.of(List.of(type)).loss(0.3);

        assertThat(loss.comparesPreferences()).isTrue();
        assertThat(mean(loss.of(RAGGED))).isCloseTo(mean(loss.of(flat)), within(1e-14));
    }

    /** So under LD-DPO, which reduces a chosen answer in each of its pairs to another sum. */
    @ParameterizedTest
    @CsvSource({"AOT, 0.4", "AOT_UNPAIRED, 0.4", "AOT, 0", "AOT_UNPAIRED, 0"})
    void whatSortsSortsWhatIsLeftOfEachPair(LossType type, double alpha) {
        AnswerLogProbs preference = new AnswerLogProbs(
                new double[] {-7, -3, -9},
                new double[] {-6.5, -3.2, -8},
                new int[] {5, 2, 6},
                AnswerLogProbs.ones(3),
                new Beginnings(new double[] {-2.75, -3, -7, -8.5}, new double[] {-3.5, -3.2, -6.5, -7}),
                null);
        List<AnswerLogProbs> reduced = List.of(
                pair(-2.75 - alpha * 4.25, -3, -3.5 - alpha * 3, -3.2),
                pair(-7, -8.5 - alpha * 0.5, -6.5, -7 - alpha * 1));

        PreferenceLosses actual = Options.of(type)
                .ldAlpha(alpha)
                .build()
                .loss(0.3)
                .of(List.of(preference))
                .getFirst();
        List<PreferenceLosses> expected =
                LossOptions.of(List.of(type)).loss(0.3).of(reduced);

        assertThat(actual.loss()).isCloseTo(mean(expected), within(1e-14));
        for (int p = 0; p < 2; p++) {
            assertThat(actual.pairs().get(p).slopeChosen())
                    .isCloseTo(expected.get(p).slopes()[0], within(1e-14));
            assertThat(actual.pairs().get(p).slopeRejected())
                    .isCloseTo(expected.get(p).slopes()[1], within(1e-14));
        }
    }

    private static AnswerLogProbs pair(double chosen, double rejected, double ofChosen, double ofRejected) {
        return new AnswerLogProbs(
                new double[] {chosen, rejected}, new double[] {ofChosen, ofRejected}, new int[] {1, 1});
    }

    static Stream<PreferenceLoss> allLosses() {
        return Stream.concat(
                Arrays.stream(LossType.values())
                        .filter(type -> !type.isLabelled())
                        .map(type -> LossFamilyTest.options(
                                        type.wireName(), type.takesLabelSmoothing() ? 0.1 : 0, "reverse_kl", 0.5)
                                .loss(0.4)),
                Stream.of(plackettLuce(true)));
    }

    @ParameterizedTest
    @MethodSource("allLosses")
    void slopesAreCentralDifferencesOfTheMeanLoss(PreferenceLoss loss) {
        List<PreferenceLosses> losses = loss.of(RAGGED);
        double h = 1e-5;
        for (int p = 0; p < RAGGED.size(); p++) {
            for (int a = 0; a < RAGGED.get(p).policy().length; a++) {
                double difference =
                        (mean(loss.of(moved(p, a, h))) - mean(loss.of(moved(p, a, -h)))) / (2 * h) * RAGGED.size();
                assertThat(losses.get(p).slopes()[a])
                        .as("preference %d, answer %d", p, a)
                        .isCloseTo(difference, within(1e-7 * (1 + Math.abs(mean(losses)))));
            }
        }
    }

    private static List<AnswerLogProbs> moved(int preference, int answer, double by) {
        List<AnswerLogProbs> all = new ArrayList<>(RAGGED);
        AnswerLogProbs there = all.get(preference);
        double[] policy = there.policy().clone();
        policy[answer] += by;
        all.set(preference, new AnswerLogProbs(policy, there.reference(), there.tokens()));
        return all;
    }

    private static PreferenceLoss plackettLuce(boolean ranked) {
        return new PreferenceLoss(
                0.5, List.of(new PreferenceLoss.Term(new PlackettLuceLoss(0.5, ranked), 1)), false, false, null);
    }

    private static double mean(List<PreferenceLosses> losses) {
        return losses.stream().mapToDouble(PreferenceLosses::loss).average().orElseThrow();
    }

    /** By each answer, preference after preference, of the mean loss. */
    private static List<Double> slopes(List<PreferenceLosses> losses) {
        return losses.stream()
                .flatMap(one -> Arrays.stream(one.slopes()).mapToObj(slope -> slope / losses.size()))
                .toList();
    }
}
