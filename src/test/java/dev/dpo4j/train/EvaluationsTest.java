package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationsTest {

    /**
     * What transformers 5.23 makes of metrics, one evaluation after the other: the count of its {@code EarlyStoppingCallback}, the best
     * evaluation (from 1) and its metric, and after which evaluation it stops. Printed by {@code src/test/python/early_stopping.py}.
     *
     * <p>Line 5, worked: 0.8 is the first. 0.75 is better, so it is the best, but by 0.05, not over 0.1: 1. 0.7 is better than 0.75 by 0.05
     * again: 2, the patience's end, although 0.8 - 0.7 would have been enough.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            false | 2 | 0.0 | 0.69 0.5 0.6 0.55 0.4 | 0 0 1 2 | 2 | 0.5 | 4
            false | 3 | 0.0 | 0.69 0.5 0.6 0.55 0.4 0.41 0.42 0.43 | 0 0 1 2 0 1 2 3 | 5 | 0.4 | 8
            false | 1 | 0.0 | 0.69 0.69 | 0 1 | 1 | 0.69 | 2
            false | 1 | 0.0 | 0.5 0.4 0.3 0.2 | 0 0 0 0 | 4 | 0.2 | -
            false | 2 | 0.1 | 0.8 0.75 0.7 0.4 | 0 1 2 | 3 | 0.7 | 3
            false | 2 | 0.1 | 0.8 0.65 0.6 0.45 0.44 0.43 | 0 0 1 0 1 2 | 6 | 0.43 | 6
            false | 2 | 0.25 | 1.0 0.75 0.25 0.5 | 0 1 0 1 | 3 | 0.25 | -
            false | 3 | 0.1 | 0.8 0.75 0.7 0.62 0.5 | 0 1 2 3 | 4 | 0.62 | 4
            true | 2 | 0.0 | 0.5 0.75 0.75 0.5 1.0 | 0 0 1 2 | 2 | 0.75 | 4
            true | 2 | 0.0 | 0.5 0.75 0.75 1.0 1.0 1.0 | 0 0 1 0 1 2 | 4 | 1.0 | 6
            true | 1 | 0.125 | 0.5 0.625 1.0 | 0 1 | 2 | 0.625 | 2
            true | 2 | 0.0 | -3.0 -2.5 -2.0 -2.25 -2.5 | 0 0 0 1 2 | 3 | -2.0 | 5
            """)
    void countsAsTransformersDoes(
            boolean greaterIsBetter,
            int patience,
            double threshold,
            String metrics,
            String counts,
            int best,
            double bestMetric,
            String stopped) {
        ModelSelection selection = new ModelSelection(
                ValidationMetric.LOSS, greaterIsBetter, true, new EarlyStopping(patience, threshold));
        List<String> expectedCounts = Arrays.asList(counts.split(" ", -1));
        Evaluations evaluations = Evaluations.NONE;
        int evaluation = 0;
        for (String metric : metrics.split(" ", -1)) {
            if (evaluations.exhaust(selection)) {
                break;
            }
            evaluations = evaluations.and(++evaluation, Double.parseDouble(metric), selection);
            assertThat(evaluations.withoutImprovement())
                    .as("after evaluation %d", evaluation)
                    .isEqualTo(Integer.parseInt(expectedCounts.get(evaluation - 1)));
        }
        assertThat(evaluation).isEqualTo(expectedCounts.size());
        assertThat(evaluations.best()).isEqualTo(new BestEvaluation(best, bestMetric));
        assertThat(evaluations.exhaust(selection)).isEqualTo(!stopped.equals("-"));
        if (!stopped.equals("-")) {
            assertThat(evaluation).isEqualTo(Integer.parseInt(stopped));
        }
    }

    @Test
    void withoutPatienceItNeverEnds() {
        Evaluations evaluations = Evaluations.NONE;
        for (int step = 1; step <= 100; step++) {
            evaluations = evaluations.and(step, step, ModelSelection.DEFAULT);
        }
        assertThat(evaluations).isEqualTo(new Evaluations(new BestEvaluation(1, 1), 99));
        assertThat(evaluations.exhaust(ModelSelection.DEFAULT)).isFalse();
    }

    @Test
    void whatIsNoNumberIsNoImprovement() {
        Evaluations first = Evaluations.NONE.and(1, Double.NaN, ModelSelection.DEFAULT);
        assertThat(first).isEqualTo(new Evaluations(null, 1));
        Evaluations second = first.and(2, 0.5, ModelSelection.DEFAULT);
        assertThat(second).isEqualTo(new Evaluations(new BestEvaluation(2, 0.5), 0));
        assertThat(second.and(3, Double.NaN, ModelSelection.DEFAULT))
                .isEqualTo(new Evaluations(new BestEvaluation(2, 0.5), 1));
    }

    @ParameterizedTest
    @CsvSource({
        "loss, LOSS, false",
        "eval_loss, LOSS, false",
        "rewards/accuracies, REWARDS_ACCURACIES, true",
        "eval_rewards/margins, REWARDS_MARGINS, true",
        "entropy, ENTROPY, true"
    })
    void aMetricIsNamedWithOrWithoutEvalBeforeIt(String name, ValidationMetric metric, boolean greaterIsBetter) {
        assertThat(ValidationMetric.named(name)).contains(metric);
        assertThat(metric.greaterIsBetter()).isEqualTo(greaterIsBetter);
    }

    /** Each gives the figure of its name. */
    @Test
    void eachMetricIsReadFromItsPlace() {
        PreferenceMetrics metrics = new PreferenceMetrics(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, null);
        assertThat(Arrays.stream(ValidationMetric.values()).map(metric -> metric.of(metrics)))
                .containsExactly(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0);
        assertThat(ValidationMetric.named("runtime")).isEmpty();
    }

    /** Of good answers alone. */
    @Test
    void whatThereIsNoneOfIsNoNumber() {
        PreferenceMetrics good =
                new PreferenceMetrics(1, 2, 0, 0, 0, 6, 0, 8, 0, 10, 0, new LabelMetrics(0.5, 0, 1, 1));
        assertThat(Arrays.stream(ValidationMetric.values()).filter(metric -> !Double.isNaN(metric.of(good))))
                .containsExactly(
                        ValidationMetric.LOSS,
                        ValidationMetric.REWARDS_CHOSEN,
                        ValidationMetric.LOGPS_CHOSEN,
                        ValidationMetric.LOGITS_CHOSEN,
                        ValidationMetric.ENTROPY);
    }
}
