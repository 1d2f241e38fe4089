package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run of eight steps, four an epoch, and after which of them it evaluates. */
class EvaluationTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(7), TinyRun.preferences(10).subList(7, 10), Cuts.NONE, Cuts.NONE);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                 | 0, 4, 8
            1    | 0, 1, 2, 3, 4, 5, 6, 7, 8
            3    | 0, 3, 6, 8
            0.25 | 0, 2, 4, 6, 8
            0.3  | 0, 3, 6, 8
            100  | 0, 8
            """)
    void evaluatesEveryEvalStepsAndAtTheEnd(@Nullable Double evalSteps, String steps) {
        List<Integer> expected =
                Arrays.stream(steps.split(", ", -1)).map(Integer::valueOf).toList();
        try (TinyRun run = new TinyRun(hyperparameters(evalSteps), DATA)) {
            run.run();
            assertThat(run.listener.validatedAfter).isEqualTo(expected);
        }
    }

    /** Stopped after every step in turn, by a pause: what it evaluates, and what comes of it, is the same. */
    @ParameterizedTest
    @CsvSource({"1", "3"})
    void aResumedRunEvaluatesAfterTheSameSteps(double evalSteps) {
        try (TinyRun whole = new TinyRun(hyperparameters(evalSteps), DATA)) {
            whole.run();
            for (int stop = 1; stop < 8; stop++) {
                List<TinyRun.Saved> saved = new ArrayList<>();
                try (TinyRun first = new TinyRun(hyperparameters(evalSteps), DATA);
                        TinyRun second = new TinyRun(hyperparameters(evalSteps), DATA)) {
                    first.listener.stopAfter = stop;
                    first.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
                    assertThat(first.run().completed()).isFalse();
                    second.resumeFrom(saved.getLast()).run();
                    List<Integer> steps = new ArrayList<>(first.listener.validatedAfter);
                    steps.addAll(second.listener.validatedAfter);
                    assertThat(steps).as("stopped after step %d", stop).isEqualTo(whole.listener.validatedAfter);
                    List<PreferenceMetrics> metrics = new ArrayList<>(first.listener.validations);
                    metrics.addAll(second.listener.validations);
                    assertThat(metrics).isEqualTo(whole.listener.validations);
                }
            }
        }
    }

    @Test
    void theirNumberIsThatOfTheStepsAfterWhichOneIsDue() {
        for (int last = 1; last <= 12; last++) {
            for (double every : new double[] {1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 0.1, 0.25, 0.3, 0.5, 0.9}) {
                Hyperparameters hyperparameters = TinyRun.hyperparameters()
                        .maxSteps(last)
                        .evaluation(new Evaluation(new Amount(every), null, ModelSelection.DEFAULT))
                        .build();
                Schedule schedule = new Schedule(DATA.training().size(), hyperparameters);
                EvaluationSteps steps = new EvaluationSteps(DATA, schedule, hyperparameters.evaluation());
                assertThat(steps.count()).as("%s of %d", every, last).isEqualTo((int)
                        IntStream.rangeClosed(1, last).filter(steps::dueAfter).count());
            }
        }
    }

    private static Hyperparameters hyperparameters(@Nullable Double evalSteps) {
        Amount steps = evalSteps == null ? null : new Amount(evalSteps);
        return TinyRun.hyperparameters()
                .batches(2, 1)
                .epochs(2)
                .shuffle(true)
                .evaluation(new Evaluation(steps, null, ModelSelection.DEFAULT))
                .build();
    }
}
