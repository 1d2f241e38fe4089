package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.train.TrainingHistory.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Histories that show a sign, and the nearest ones that do not. */
class WarningSignTest {

    private static final double LN_2 = Math.log(2);

    @Test
    void aRunThatLearnsShowsNoSign() {
        List<WarningSign> seen =
                told(100, step -> new Step(step, LN_2 / step, 0.02 * step, 0.05 * step, 0.9, 3.0 / step));
        assertThat(seen).isEmpty();
    }

    @Test
    void theChosenAnswersLogProbabilityFallingWhileTheMarginGrowsIsTold() {
        assertThat(told(60, step -> new Step(step, 0.5, -0.2 * step, 0.05 * step, 0.9, 1)))
                .containsExactly(WarningSign.CHOSEN_FALLS);
    }

    @Test
    void fallingLittleOrWithoutAMarginItIsNot() {
        assertThat(told(60, step -> new Step(step, 0.5, -0.05 * step, 0.05 * step, 0.9, 1)))
                .as("3 nats")
                .isEmpty();
        assertThat(told(60, step -> new Step(step, 0.5, -0.2 * step, 1, 0.9, 1)))
                .as("a margin that stays")
                .isEmpty();
        assertThat(told(60, step -> new Step(step, 0.5, -20 + 0.2 * step, 0.05 * step, 0.9, 1)))
                .as("rising from the depth")
                .isEmpty();
    }

    @Test
    void aGradientTenTimesTheUsualIsTold() {
        assertThat(told(15, step -> new Step(step, 0.5, 0, 0, 0.5, step == 15 ? 25 : step % 2 == 0 ? 2 : 1)))
                .containsExactly(WarningSign.GRADIENT_OUTLIER);
    }

    @Test
    void aGradientThatStandsOutAmongFewOrOnlyFromLearntOnesIsNot() {
        assertThat(told(10, step -> new Step(step, 0.5, 0, 0, 0.5, step == 10 ? 25 : 2)))
                .as("nine steps make nothing usual")
                .isEmpty();
        assertThat(told(15, step -> new Step(step, 0.5, 0, 0, 0.5, step == 15 ? 19 : 2)))
                .as("not ten times")
                .isEmpty();
        assertThat(told(60, step -> new Step(step, 0.5, 0, 0, 0.5, step == 60 ? 2 : 2.0 / step)))
                .as("as large as at the start")
                .isEmpty();
    }

    @Test
    void aLossThatStaysAboveItsStartIsTold() {
        assertThat(told(40, step -> new Step(step, step <= 5 ? LN_2 : 0.8, 0, -0.2, 0.4, 1)))
                .containsExactly(WarningSign.LOSS_ABOVE_START);
    }

    @Test
    void aLossThatIsAboveItsStartForAWhileIsNot() {
        assertThat(told(100, step -> new Step(step, step > 30 && step <= 35 ? 0.8 : LN_2, 0, 0, 0.5, 1)))
                .isEmpty();
        assertThat(told(100, step -> new Step(step, step % 2 == 0 ? 0.8 : 0.6, 0, 0, 0.5, 1)))
                .isEmpty();
    }

    @Test
    void marginsThatGrowWhenAllIsLearntAreTold() {
        assertThat(told(60, step -> new Step(step, 0, 1, 0.25 * step, 1, 1)))
                .containsExactly(WarningSign.MARGINS_WITHOUT_END);
    }

    @Test
    void marginsThatStayAreSmallOrOfSomePairsAreNot() {
        assertThat(told(60, step -> new Step(step, 0, 1, 15, 1, 1))).isEmpty();
        assertThat(told(60, step -> new Step(step, 0, 1, 0.15 * step, 1, 1))).isEmpty();
        assertThat(told(60, step -> new Step(step, 0, 1, 0.25 * step, step % 10 == 0 ? 0.9 : 1, 1)))
                .isEmpty();
    }

    @Test
    void aValidationLossThatRisesWhileTrainingFallsIsTold() {
        assertThat(evaluated(new double[] {0.69, 0.5, 0.55}, new double[] {0.6, 0.3}))
                .isTrue();
    }

    @Test
    void aValidationLossThatRisesWithTrainingOrByNoiseOrIsAtItsBestIsNot() {
        assertThat(evaluated(new double[] {0.69, 0.5, 0.55}, new double[] {0.6, 0.6}))
                .as("training stays")
                .isFalse();
        assertThat(evaluated(new double[] {0.69, 0.5, 0.52}, new double[] {0.6, 0.3}))
                .as("by 4 %")
                .isFalse();
        assertThat(evaluated(new double[] {0.69, 0.5, 0.45}, new double[] {0.6, 0.3}))
                .as("falling")
                .isFalse();
    }

    @Test
    void aValidationLossThatOnlyEverRoseIsComparedWithTheStart() {
        assertThat(evaluated(new double[] {0.69, 0.75}, new double[] {0.3})).isFalse(); // the start is these very steps
        TrainingHistory history = TrainingHistory.NONE.plusEvaluation(LN_2);
        for (int step = 1; step <= 40; step++) {
            history = history.plus(new Step(step, LN_2 / step, 0, 0, 0.5, 1));
        }
        assertThat(WarningSign.EVAL_LOSS_RISES.seen(history.plusEvaluation(0.75)))
                .isTrue();
    }

    @Test
    void whatIsToldSaysWhatWasSeenAndWhatHelps() {
        TrainingHistory history = TrainingHistory.NONE;
        for (int step = 1; step <= 60; step++) {
            history = history.plus(new Step(step, 0.5, -0.2 * step, 0.05 * step, 0.9, 1));
        }
        TrainingWarning warning = WarningSign.CHOSEN_FALLS.warning(history);
        assertThat(warning.about()).isEqualTo("chosen_falls");
        assertThat(warning.message())
                .contains("is -11.10 nats")
                .contains("\"sft\"")
                .contains("beta");
    }

    @Test
    void withoutAReferenceRewardsSayNothingOfAStart() {
        assertThat(WarningSign.of(LossOptions.of(List.of(LossType.SIMPO)).loss(1)))
                .doesNotContain(WarningSign.CHOSEN_FALLS, WarningSign.MARGINS_WITHOUT_END)
                .hasSize(3);
        assertThat(WarningSign.of(LossOptions.SIGMOID.loss(0.1))).containsExactly(WarningSign.values());
    }

    @Test
    void noMoreIsRememberedThanIsLookedAt() {
        TrainingHistory history = TrainingHistory.NONE;
        for (int step = 1; step <= 100; step++) {
            history = history.plus(new Step(step, 0, 0, 0, 0, 0));
        }
        assertThat(history.first()).extracting(Step::step).containsExactly(1, 2, 3, 4, 5);
        assertThat(history.recent())
                .hasSize(20)
                .extracting(Step::step)
                .startsWith(81)
                .endsWith(100);
    }

    /** The signs that a run of so many steps shows at any of them. */
    private static List<WarningSign> told(int steps, IntFunction<Step> run) {
        List<WarningSign> told = new ArrayList<>();
        TrainingHistory history = TrainingHistory.NONE;
        for (int step = 1; step <= steps; step++) {
            history = history.plus(run.apply(step));
            for (WarningSign sign : WarningSign.values()) {
                if (!told.contains(sign) && sign.seen(history)) {
                    told.add(sign);
                }
            }
        }
        return told;
    }

    /** Whether a run shows overfitting at its end: a validation before it and after every twenty steps of one training loss. */
    private static boolean evaluated(double[] validation, double[] training) {
        TrainingHistory history = TrainingHistory.NONE.plusEvaluation(validation[0]);
        for (int i = 0; i < training.length; i++) {
            for (int step = 1; step <= 20; step++) {
                history = history.plus(new Step(20 * i + step, training[i], 0, 0, 0.5, 1));
            }
            history = history.plusEvaluation(validation[i + 1]);
        }
        return WarningSign.EVAL_LOSS_RISES.seen(history);
    }
}
