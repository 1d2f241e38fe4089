package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** One chosen answer against several rejected ones. */
class PreferenceLossesTest {

    private static final PreferenceLoss LOSS = LossOptions.SIGMOID.loss(0.5);
    private static final double[] POLICY = {-2.5, -2.6, -4.0, -1.0};
    private static final int[] TOKENS = {3, 2, 4, 1};
    private static final double[] REFERENCE = {-2.75, -2.0, -4.3, -1.0};

    @Test
    void theLossIsTheMeanOverTheRejectedAnswers() {
        PreferenceLosses losses = Alone.of(LOSS, new AnswerLogProbs(POLICY, REFERENCE, TOKENS));

        List<PairLoss> pairs = List.of(
                Alone.of(LOSS, Alone.pair(-2.5, -2.6, -2.75, -2.0, 3, 2)),
                Alone.of(LOSS, Alone.pair(-2.5, -4.0, -2.75, -4.3, 3, 4)),
                Alone.of(LOSS, Alone.pair(-2.5, -1.0, -2.75, -1.0, 3, 1)));
        assertThat(losses.pairs()).isEqualTo(pairs);
        // logits 0.85, -0.05 and 0.25; -log sigmoid of half of each
        assertThat(losses.loss())
                .isCloseTo(
                        (Math.log1p(Math.exp(-0.425)) + Math.log1p(Math.exp(0.025)) + Math.log1p(Math.exp(-0.125))) / 3,
                        within(1e-12));
    }

    @Test
    void theChosenAnswersSlopeIsTheSumOverItsPairs() {
        PreferenceLosses losses = Alone.of(LOSS, new AnswerLogProbs(POLICY, REFERENCE, TOKENS));

        assertThat(losses.slopes()).hasSize(4);
        double sum = 0;
        for (int i = 1; i < 4; i++) {
            assertThat(losses.slopes()[i])
                    .isCloseTo(losses.pairs().get(i - 1).slopeRejected() / 3, within(1e-15))
                    .isPositive();
            sum += losses.slopes()[i];
        }
        assertThat(losses.slopes()[0]).isCloseTo(-sum, within(1e-15));
    }

    @Test
    void slopesAreCentralDifferencesOfTheMean() {
        double[] slopes =
                Alone.of(LOSS, new AnswerLogProbs(POLICY, REFERENCE, TOKENS)).slopes();
        double h = 1e-5;
        for (int i = 0; i < POLICY.length; i++) {
            double[] up = POLICY.clone();
            double[] down = POLICY.clone();
            up[i] += h;
            down[i] -= h;
            double difference =
                    Alone.of(LOSS, new AnswerLogProbs(up, REFERENCE, TOKENS)).loss()
                            - Alone.of(LOSS, new AnswerLogProbs(down, REFERENCE, TOKENS))
                                    .loss();
            assertThat(slopes[i]).isCloseTo(difference / (2 * h), within(1e-8));
        }
    }

    @Test
    void refusesAPreferenceWithoutARejectedAnswerOrWithoutItsReference() {
        for (double[] reference : new double[][] {{-1}, {-1, -2, -3}}) {
            double[] policy = reference.length == 1 ? new double[] {-1} : new double[] {-1, -2};
            assertThatThrownBy(() -> Alone.of(LOSS, new AnswerLogProbs(policy, reference, new int[policy.length])))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
