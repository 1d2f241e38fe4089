package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.TinyLlama;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A run stopped after any step and continued from what it saved ends with the uninterrupted run's weights, bit for bit, and says the
 * same on its way: with shuffling, a decaying rate, several rejected answers, validation, and reports of three steps at a time.
 */
class ResumeTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(7), TinyRun.preferences(10).subList(7, 10), 0, 0);

    @Test
    void aFullFineTuneGoesOnAsIfNothingHadHappened() {
        assertResumes(null);
    }

    @Test
    void anAdaptersTrainingGoesOnAsIfNothingHadHappened() {
        assertResumes(TinyLlama.LORA);
    }

    private static void assertResumes(@Nullable LoraConfig lora) {
        Hyperparameters hyperparameters = TinyRun.hyperparameters()
                .batches(2, 1)
                .epochs(2)
                .learningRate(2e-3, LrSchedulerType.COSINE)
                .shuffle(true)
                .loggingSteps(3)
                .lora(lora)
                .build();
        try (TinyRun whole = new TinyRun(hyperparameters, DATA)) {
            assertThat(whole.run().step()).isEqualTo(8);
            assertThat(whole.listener.reports).extracting(StepReport::step).containsExactly(3, 6, 8);
            for (int stop = 1; stop < 8; stop++) {
                assertResumes(hyperparameters, whole, stop);
            }
        }
    }

    private static void assertResumes(Hyperparameters hyperparameters, TinyRun whole, int stop) {
        List<TinyRun.Saved> saved = new ArrayList<>();
        List<StepReport> reports = new ArrayList<>();
        List<PreferenceMetrics> validations = new ArrayList<>();
        try (TinyRun stopped = new TinyRun(hyperparameters, DATA)) {
            stopped.listener.stopAfter = stop;
            stopped.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
            assertThat(stopped.run().completed()).isFalse();
            reports.addAll(stopped.listener.reports);
            validations.addAll(stopped.listener.validations);
        }
        assertThat(saved.getLast().progress().step()).isEqualTo(stop);
        try (TinyRun resumed = new TinyRun(hyperparameters, DATA).resumeFrom(saved.getLast())) {
            assertThat(resumed.run())
                    .isEqualTo(
                            new TrainingResult(true, 8, whole.state.progress().numTokens()));
            reports.addAll(resumed.listener.reports);
            validations.addAll(resumed.listener.validations);

            resumed.trained()
                    .forEach((name, values) -> assertThat(values)
                            .as("%s after a stop at step %d", name, stop)
                            .containsExactly(whole.trained().get(name)));
            assertThat(reports)
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("work")
                    .containsExactlyElementsOf(whole.listener.reports);
            assertThat(validations).containsExactlyElementsOf(whole.listener.validations);
        }
    }
}
