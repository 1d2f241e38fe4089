package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The arithmetic, worked by hand and compared with TRL's trainer on two pairs of answers:
 *
 * <pre>
 * policy     chosen -0.5 -1.25 -0.75 = -2.5    rejected -0.9 -1.7           = -2.6
 *            chosen -2.0 -0.1        = -2.1    rejected -0.3 -2.2 -1.1 -0.4 = -4.0
 * reference  chosen -0.7 -1.0 -1.05  = -2.75   rejected -0.8 -1.2           = -2.0
 *            chosen -1.5 -0.3        = -1.8    rejected -0.6 -1.9 -1.3 -0.5 = -4.3
 * logits     (-2.5 + 2.75) - (-2.6 + 2.0) = 0.25 + 0.6 = 0.85
 *            (-2.1 + 1.8)  - (-4.0 + 4.3) = -0.3 - 0.3 = -0.6
 * </pre>
 *
 * TRL's slopes are those of the mean of the two losses, so half of each pair's own.
 */
class SigmoidLossTest {

    private static final PairLogProbs FIRST = Alone.pair(-2.5, -2.6, -2.75, -2.0, 3, 2);
    private static final PairLogProbs SECOND = Alone.pair(-2.1, -4.0, -1.8, -4.3, 2, 4);

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.6875735734, -0.0239381393, -0.0257497751",
        "0.5, 0.6787063223, -0.0988302288, -0.1436106292",
    })
    void givesTrlsLossesAndSlopes(double beta, double loss, double slopeOfFirst, double slopeOfSecond) {
        PairLoss first = Alone.of(LossOptions.SIGMOID.loss(beta), FIRST);
        PairLoss second = Alone.of(LossOptions.SIGMOID.loss(beta), SECOND);

        assertThat((first.loss() + second.loss()) / 2).isCloseTo(loss, within(1e-10));
        assertThat(first.slopeChosen() / 2).isCloseTo(slopeOfFirst, within(1e-10));
        assertThat(second.slopeChosen() / 2).isCloseTo(slopeOfSecond, within(1e-10));
        assertThat(first.slopeRejected()).isEqualTo(-first.slopeChosen());
        assertThat(second.slopeRejected()).isEqualTo(-second.slopeChosen());
    }

    @Test
    void givesTrlsMetrics() {
        PairLoss first = Alone.of(LossOptions.SIGMOID.loss(0.1), FIRST);
        PairLoss second = Alone.of(LossOptions.SIGMOID.loss(0.1), SECOND);

        assertThat(first.logits()).isCloseTo(0.85, within(1e-12));
        assertThat(second.logits()).isCloseTo(-0.6, within(1e-12));
        assertThat((first.rewardChosen() + second.rewardChosen()) / 2).isCloseTo(-0.0025, within(1e-12));
        assertThat((first.rewardRejected() + second.rewardRejected()) / 2).isCloseTo(-0.015, within(1e-12));
        assertThat((first.margin() + second.margin()) / 2).isCloseTo(0.0125, within(1e-12));
        assertThat(first.accurate()).isTrue();
        assertThat(second.accurate()).isFalse();
    }

    @Test
    void aTieCostsLn2AndIsNotAccurate() {
        PairLoss tie = Alone.of(LossOptions.SIGMOID.loss(0.3), Alone.pair(-7, -9, -7, -9, 1, 1));

        assertThat(tie.loss()).isEqualTo(Math.log(2));
        assertThat(tie.slopeChosen()).isEqualTo(-0.15);
        assertThat(tie.accurate()).isFalse();
    }

    @Test
    void extremePairsNeitherOverflowNorVanish() {
        PairLoss hopeless = Alone.of(LossOptions.SIGMOID.loss(0.5), Alone.pair(-10_000, 0, 0, -10_000, 1, 1));
        assertThat(hopeless.loss()).isEqualTo(10_000);
        assertThat(hopeless.slopeChosen()).isEqualTo(-0.5);
        assertThat(hopeless.slopeRejected()).isEqualTo(0.5);

        PairLoss settled = Alone.of(LossOptions.SIGMOID.loss(0.5), Alone.pair(0, -10_000, -10_000, 0, 1, 1));
        assertThat(settled.loss()).isZero();
        assertThat(settled.slopeChosen()).isZero();

        PairLoss nearlySettled = Alone.of(LossOptions.SIGMOID.loss(1), Alone.pair(0, -50, 0, 0, 1, 1));
        assertThat(nearlySettled.loss()).isCloseTo(Math.exp(-50), within(1e-36));
        assertThat(nearlySettled.slopeChosen()).isCloseTo(-Math.exp(-50), within(1e-36));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesABetaThatIsNotAPositiveNumber(double beta) {
        assertThatThrownBy(() -> LossOptions.SIGMOID.loss(beta))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("beta must be a positive number, not " + beta);
    }
}
