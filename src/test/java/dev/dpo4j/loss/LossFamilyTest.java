package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each loss against TRL's own trainer, on the two pairs that {@link SigmoidLossTest} works by hand, and its slopes against central
 * differences. TRL's slopes are those of the mean of the two losses.
 */
class LossFamilyTest {

    static final PairLogProbs FIRST = Alone.pair(-2.5, -2.6, -2.75, -2.0, 3, 2);
    static final PairLogProbs SECOND = Alone.pair(-2.1, -4.0, -1.8, -4.3, 2, 4);

    /** The mean loss, and its slopes by the first and second pair's chosen and rejected answer. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sigmoid      | 0     | reverse_kl       | 0.5 | 0.6875735734  | -0.0239381393 | -0.0257497751 | 0.0239381393 |  0.0257497751
            hinge        | 0     | reverse_kl       | 0.5 | 0.9875        | -0.05         | -0.05         | 0.05         |  0.05
            ipo          | 0     | reverse_kl       | 0.5 | 24.3071180556 | -1.5388888889 | -2.6125       | 2.3083333333 |  1.30625
            exo_pair     | 0.001 | reverse_kl       | 0.5 | 2.7403517712  | -0.0851180976 | -0.0870061057 | 0.0851180976 |  0.0870061057
            nca_pair     | 0     | reverse_kl       | 0.5 | 1.3834529323  | -0.0120312744 | -0.0130624578 | 0.0121251125 |  0.0126874859
            robust       | 0.1   | reverse_kl       | 0.5 | 0.6860110734  | -0.0301881393 | -0.0319997751 | 0.0301881393 |  0.0319997751
            bco_pair     | 0     | reverse_kl       | 0.5 | 1.3804208846  | -0.0246875163 | -0.0253749719 | 0.0242502249 |  0.0253749719
            sppo_hard    | 0     | reverse_kl       | 0.5 | 49.05125      | -4.75         | -5.3          | 4.4          |  5.3
            apo_zero     | 0     | reverse_kl       | 0.5 | 0.9968768495  | -0.0124980471 | -0.0124971879 | 0.0124887567 |  0.0124971879
            apo_down     | 0     | reverse_kl       | 0.5 | 0.9962542618  |  0.0000205980 |  0.0000084312 | 0.0124774490 |  0.0124887567
            discopop     | 0     | reverse_kl       | 0.5 | 0.8395835244  | -0.0076625089 |  0.0280921323 | 0.0076625089 | -0.0280921323
            sigmoid_norm | 0     | reverse_kl       | 0.5 | 0.6893123218  | -0.0081736307 | -0.0126406191 | 0.0122604460 |  0.0063203095
            sigmoid      | 0     | forward_kl       | 0.5 | 0.6832020525  | -0.0184552688 | -0.0347738012 | 0.0431788115 |  0.0190842667
            sigmoid      | 0     | js_divergence    | 0.5 | 0.6892978453  | -0.0106930363 | -0.0145764627 | 0.0157689716 |  0.0107985092
            """)
    void givesTrlsLossesAndSlopes(
            String type,
            double smoothing,
            String divergence,
            double alpha,
            double loss,
            double chosen1,
            double chosen2,
            double rejected1,
            double rejected2) {
        assertTrl(type, smoothing, divergence, alpha, loss, chosen1, chosen2, rejected1, rejected2, 1e-10);
    }

    /** TRL computes it in float only. */
    @ParameterizedTest
    @CsvSource({
        "sigmoid, 0, alpha_divergence, 0.5, 0.6856079, -0.0210321, -0.0299202, 0.0321704, 0.0221655",
        "sigmoid, 0, alpha_divergence, 1.5, 0.6891984, -0.0272179, -0.0221655, 0.0177942, 0.0299202"
    })
    void givesTrlsAlphaDivergence(
            String type,
            double smoothing,
            String divergence,
            double alpha,
            double loss,
            double chosen1,
            double chosen2,
            double rejected1,
            double rejected2) {
        assertTrl(type, smoothing, divergence, alpha, loss, chosen1, chosen2, rejected1, rejected2, 1e-7);
    }

    private static void assertTrl(
            String type,
            double smoothing,
            String divergence,
            double alpha,
            double loss,
            double chosen1,
            double chosen2,
            double rejected1,
            double rejected2,
            double tolerance) {
        PreferenceLoss made = options(type, smoothing, divergence, alpha).loss(0.1);
        PairLoss first = Alone.of(made, FIRST);
        PairLoss second = Alone.of(made, SECOND);
        double digits = tolerance * Math.max(1, Math.abs(loss));
        assertThat((first.loss() + second.loss()) / 2).isCloseTo(loss, within(digits));
        assertThat(first.slopeChosen() / 2).isCloseTo(chosen1, within(tolerance));
        assertThat(second.slopeChosen() / 2).isCloseTo(chosen2, within(tolerance));
        assertThat(first.slopeRejected() / 2).isCloseTo(rejected1, within(tolerance));
        assertThat(second.slopeRejected() / 2).isCloseTo(rejected2, within(tolerance));
    }

    static Stream<PreferenceLoss> allLosses() {
        return Arrays.stream(LossType.values())
                .filter(type -> !type.isLabelled())
                .flatMap(type -> Arrays.stream(DivergenceType.values())
                        .filter(divergence -> divergence == DivergenceType.REVERSE_KL
                                || (type.takesDivergence() && type != LossType.SFT))
                        .map(divergence -> options(
                                        type.wireName(),
                                        type.takesLabelSmoothing() ? 0.1 : 0,
                                        divergence.wireName(),
                                        0.5)
                                .loss(0.4)));
    }

    @ParameterizedTest
    @MethodSource("allLosses")
    void slopesAreCentralDifferencesOfTheLoss(PreferenceLoss loss) {
        PairLogProbs far = Alone.pair(-20, -9, -12, -14, 7, 5);
        PairLogProbs falling = Alone.pair(-6, -8, -3, -4, 3, 4); // both less likely than under the reference
        for (PairLogProbs at : List.of(FIRST, SECOND, far, falling)) {
            PairLoss pair = Alone.of(loss, at);
            double scale = 1 + Math.abs(pair.loss());
            assertThat(pair.slopeChosen())
                    .isCloseTo(
                            slope(
                                    x -> Alone.of(loss, moved(at, x, at.policyRejected()))
                                            .loss(),
                                    at.policyChosen()),
                            within(1e-7 * scale));
            assertThat(pair.slopeRejected())
                    .isCloseTo(
                            slope(
                                    x -> Alone.of(loss, moved(at, at.policyChosen(), x))
                                            .loss(),
                                    at.policyRejected()),
                            within(1e-7 * scale));
        }
    }

    @ParameterizedTest
    @MethodSource("allLosses")
    void extremePairsGiveNumbers(PreferenceLoss loss) {
        for (double size : new double[] {200, 600}) {
            for (PairLogProbs at :
                    List.of(Alone.pair(-size, 0, 0, -size, 3, 4), Alone.pair(0, -size, -size, 0, 3, 4))) {
                PairLoss pair = Alone.of(loss, at);
                if (size == 600 && squaresAnExponential(loss)) { // (exp(600) / n)² is more than a double holds
                    assertThat(pair.loss()).isInfinite();
                    continue;
                }
                assertThat(pair.loss()).isFinite();
                assertThat(pair.slopeChosen()).isFinite();
                assertThat(pair.slopeRejected()).isFinite();
            }
        }
    }

    private static boolean squaresAnExponential(PreferenceLoss loss) {
        return loss.terms().getFirst().loss() instanceof IpoLoss ipo
                && ipo.divergence() instanceof Divergence.ForwardKl;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exo_pair        | 1   | 0   | reverse_kl | label_smoothing must be over 0 and at most 0.5 with exo_pair
            exo_pair        | 1   | 0.6 | reverse_kl | label_smoothing must be over 0 and at most 0.5 with exo_pair
            robust          | 1   | 0.5 | reverse_kl | label_smoothing must be from 0 to below 0.5
            sigmoid         | 1   | 0.6 | reverse_kl | label_smoothing must be from 0.0 to 0.5
            hinge           | 1   | 0.1 | reverse_kl | label_smoothing has no effect on hinge
            bco_pair,hinge  | 1,1 | 0   | forward_kl | f_divergence_type can only be reverse_kl with bco_pair
            sigmoid,hinge   | 1   | 0   | reverse_kl | loss_weights must have one weight for each loss, 2, not 1
            dpop,plackett_luce | 1,1 | 0.1 | reverse_kl | label_smoothing has no effect on dpop, plackett_luce
            sft             | 1   | 0   | forward_kl | f_divergence_type has no effect on sft
            simpo,aot       | 1,1 | 0   | forward_kl | f_divergence_type can only be reverse_kl with simpo, aot
            sigmoid         | -1  | 0   | reverse_kl | loss_weights must be a positive number, not -1.0
            """)
    void whatHasNoMeaningIsRefusedByName(
            String types, String weights, double smoothing, String divergence, String message) {
        LossOptions options = Options.of(Arrays.stream(types.split(","))
                        .map(name -> LossType.of(name).orElseThrow())
                        .toList())
                .weights(Arrays.stream(weights.split(",")).map(Double::valueOf).toList())
                .labelSmoothing(smoothing)
                .divergence(DivergenceType.valueOf(divergence.strip().toUpperCase(Locale.ROOT)), 0.5)
                .build();
        assertThatThrownBy(() -> options.loss(0.1))
                .isInstanceOf(InvalidLossException.class)
                .hasMessageStartingWith(message);
    }

    /** DPOP by hand: where the chosen answer is likelier than before it is DPO; where it is not, its fall counts 1 + lambda times. */
    @Test
    void dpopPunishesAChosenAnswerThatBecomesLessLikely() {
        PreferenceLoss dpop = options("dpop", 0, "reverse_kl", 0.5).loss(0.1);

        // first: log-ratio 0.25
        assertThat(Alone.of(dpop, FIRST)).isEqualTo(Alone.of(LossOptions.SIGMOID.loss(0.1), FIRST));
        // second: log-ratios -0.3 and 0.3: 0.1 (-0.3 - 0.3 - 50 · 0.3) = -1.56
        assertThat(Alone.of(dpop, SECOND).loss()).isCloseTo(Math.log1p(Math.exp(1.56)), within(1e-12));
    }

    static LossOptions options(String type, double smoothing, String divergence, double alpha) {
        return Options.of(LossType.of(type.strip()).orElseThrow())
                .labelSmoothing(smoothing)
                .divergence(DivergenceType.valueOf(divergence.strip().toUpperCase(Locale.ROOT)), alpha)
                .build();
    }

    private static PairLogProbs moved(PairLogProbs pair, double chosen, double rejected) {
        return new PairLogProbs(
                chosen,
                rejected,
                pair.referenceChosen(),
                pair.referenceRejected(),
                pair.chosenTokens(),
                pair.rejectedTokens(),
                pair.meanChosenTokens(),
                chosen,
                rejected);
    }

    private static double slope(DoubleUnaryOperator f, double x) {
        double h = 1e-5;
        return (f.applyAsDouble(x + h) - f.applyAsDouble(x - h)) / (2 * h);
    }
}
