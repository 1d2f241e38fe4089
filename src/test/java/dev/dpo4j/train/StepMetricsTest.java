package dev.dpo4j.train;

import static dev.dpo4j.train.AnswerMetricsTest.ONE_REJECTED;
import static dev.dpo4j.train.AnswerMetricsTest.THREE_REJECTED;
import static dev.dpo4j.train.AnswerMetricsTest.add;
import static dev.dpo4j.train.AnswerMetricsTest.answer;
import static dev.dpo4j.train.AnswerMetricsTest.step;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What steps count for in the metrics of a report. */
class StepMetricsTest {

    @Test
    void meansOfStepsCountAlikeWhateverTheirSize() {
        AnswerMetrics large = new AnswerMetrics();
        add(large, ONE_REJECTED, ONE_REJECTED);
        add(large, ONE_REJECTED, ONE_REJECTED);
        AnswerMetrics small = new AnswerMetrics();
        add(small, THREE_REJECTED, THREE_REJECTED);

        StepMetrics steps = new StepMetrics();
        steps.add(large.mean());
        steps.add(small.mean());

        assertThat(steps.mean().logpsChosen()).isEqualTo((-2 - 4) / 2.0);
    }

    @Test
    void savedSumsGoOnAsTheyWere() {
        StepMetrics uninterrupted = new StepMetrics();
        StepMetrics before = new StepMetrics();
        for (int i = 1; i <= 3; i++) {
            AnswerMetrics step = new AnswerMetrics();
            add(step, ONE_REJECTED, new double[] {-3 / (double) i, -0.1});
            uninterrupted.add(step.mean());
            before.add(step.mean());
        }
        StepMetrics after = new StepMetrics();
        after.addSums(before.sums(), 3);
        AnswerMetrics next = new AnswerMetrics();
        add(next, THREE_REJECTED, new double[] {-0.7, -1, -2, -3});
        uninterrupted.add(next.mean());
        after.add(next.mean());

        assertThat(after.mean()).isEqualTo(uninterrupted.mean());
        assertThat(new StepMetrics().sums()).isNull();
    }

    /** TRL's: the report's mean is over the steps that have what it is of. */
    @Test
    void labelledAnswersAreToldOfOverTheStepsThatHaveThem() {
        PreferenceMetrics mixed = step(answer(true, 1), answer(true, 4), answer(false, -2));
        PreferenceMetrics good = step(answer(true, 3));

        StepMetrics steps = new StepMetrics();
        steps.add(mixed);
        steps.add(good);
        StepMetrics resumed = new StepMetrics();
        resumed.addSums(steps.sums(), 2);
        steps.add(step(answer(false, 0)));
        resumed.add(step(answer(false, 0)));
        PreferenceMetrics all = steps.mean();

        assertThat(all.rewardsChosen()).isEqualTo((1.25 + 1.5) / 2);
        assertThat(all.rewardsRejected()).isEqualTo((-1 + 0) / 2.0);
        assertThat(all.rewardsMargins()).isEqualTo(2.25);
        assertThat(all.loss())
                .isEqualTo((mixed.loss() + good.loss() + step(answer(false, 0)).loss()) / 3);
        assertThat(all.labels()).isEqualTo(new LabelMetrics(0.5, 0, 0, 0));
        assertThat(resumed.mean()).isEqualTo(all);
        assertThat(of(good, step(answer(false, 0))).hasMargins()).isFalse();
    }

    private static PreferenceMetrics of(PreferenceMetrics... steps) {
        StepMetrics sum = new StepMetrics();
        for (PreferenceMetrics step : steps) {
            sum.add(step);
        }
        return sum.mean();
    }
}
