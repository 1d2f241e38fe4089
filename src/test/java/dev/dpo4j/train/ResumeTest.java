package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A run stopped after any step and continued from what it saved ends with the uninterrupted run's weights, bit for bit, and says the
 * same on its way: with shuffling, a decaying rate, several rejected answers, validation, and reports of three steps at a time.
 */
class ResumeTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(7), TinyRun.preferences(10).subList(7, 10), Cuts.NONE, Cuts.NONE);

    @Test
    void aFullFineTuneGoesOnAsIfNothingHadHappened() {
        assertResumes(hyperparameters(null));
    }

    @Test
    void anAdaptersTrainingGoesOnAsIfNothingHadHappened() {
        assertResumes(hyperparameters(TinyLlama.LORA));
    }

    @Test
    void anAdapterThatDropsWhatEntersItDropsTheSameAgain() {
        assertResumes(hyperparameters(DropoutTest.LORA));
    }

    @Test
    void dorasTrainingGoesOnAsIfNothingHadHappened() {
        assertResumes(hyperparameters(TinyLlama.DORA));
        assertResumes(hyperparameters(DropoutTest.DORA));
    }

    @Test
    void otherSchedulesAndConstantsGoOnAsIfNothingHadHappened() {
        assertResumes(TinyRun.hyperparameters()
                .epochs(2)
                .schedule(LrSchedulerType.POLYNOMIAL, new LrSchedulerKwargs(Map.of("power", 1.7)), 0.3)
                .adam(new AdamOptions(0.8, 0.95, 1e-6))
                .loggingSteps(3)
                .build());
    }

    /** With steps that have no good or no bad answers, and reports of three steps of which some have none. */
    @Test
    void labelledAnswersTrainingGoesOnAsIfNothingHadHappened() {
        TokenizedData data = new TokenizedData(
                TinyRun.labelled(7, 2), TinyRun.labelled(10, 2).subList(7, 10), Cuts.NONE, Cuts.NONE);
        assertResumes(
                TinyRun.hyperparameters()
                        .batches(2, 1)
                        .epochs(2)
                        .shuffle(true)
                        .loggingSteps(3)
                        .loss(LossOptions.of(List.of(LossType.KTO)))
                        .build(),
                data);
    }

    /**
     * Asked to stop at any moment, within a step, a validation or the pass over the reference, it saves its last whole step, if there
     * is one, and what was left of the step or the validation is done again.
     */
    @Test
    void aRunStoppedAtAnyMomentGoesOnAsIfNothingHadHappened() {
        Hyperparameters hyperparameters = TinyRun.hyperparameters()
                .batches(1, 2)
                .maxSteps(6) // 4 an epoch, so that the last validation does not stand at an epoch's end
                .learningRate(2e-3, LrSchedulerType.COSINE)
                .shuffle(true)
                .loggingSteps(3)
                .build();
        try (TinyRun whole = new TinyRun(hyperparameters, DATA)) {
            List<TinyRun.Saved> ofWhole = savedBy(whole);
            whole.nanoTime = TinyRun.aSecondEachTime();
            assertThat(whole.run().completed()).isTrue();
            assertThat(whole.listener.validations).hasSize(3);
            assertThat(whole.listener.questions).isGreaterThan(30);
            for (int question = 1; question <= whole.listener.questions; question++) {
                assertGoesOn(hyperparameters, whole, ofWhole.getLast(), question);
            }
        }
    }

    private static void assertGoesOn(Hyperparameters hyperparameters, TinyRun whole, TinyRun.Saved last, int question) {
        try (TinyRun stopped = new TinyRun(hyperparameters, DATA);
                TinyRun resumed = new TinyRun(hyperparameters, DATA)) {
            List<TinyRun.Saved> saved = savedBy(stopped);
            stopped.nanoTime = TinyRun.aSecondEachTime();
            stopped.listener.stopAtQuestion = question;
            TrainingResult result = stopped.run();
            assertThat(result.completed())
                    .as("stopped at question %d", question)
                    .isFalse();
            assertThat(stopped.listener.questions).isEqualTo(question);
            List<StepReport> reports = new ArrayList<>();
            List<PreferenceMetrics> validations = new ArrayList<>();
            if (saved.isEmpty()) {
                assertThat(result.step()).isZero();
            } else {
                assertThat(saved.getLast().progress().step()).isEqualTo(result.step());
                resumed.resumeFrom(saved.getLast());
                reports.addAll(stopped.listener.reports);
                validations.addAll(stopped.listener.validations);
            }

            List<TinyRun.Saved> then = savedBy(resumed);
            assertThat(resumed.run().completed()).isTrue();
            reports.addAll(resumed.listener.reports);
            validations.addAll(resumed.listener.validations);

            assertThat(then.getLast().progress()).isEqualTo(last.progress());
            last.weights()
                    .forEach((name, values) -> assertThat(
                                    then.getLast().weights().get(name))
                            .as("%s after a stop at question %d", name, question)
                            .containsExactly(values));
            assertThat(reports)
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("work")
                    .containsExactlyElementsOf(whole.listener.reports);
            assertThat(validations).containsExactlyElementsOf(whole.listener.validations);
        }
    }

    private static List<TinyRun.Saved> savedBy(TinyRun run) {
        List<TinyRun.Saved> saved = new ArrayList<>();
        run.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
        return saved;
    }

    private static Hyperparameters hyperparameters(@Nullable LoraConfig lora) {
        return TinyRun.hyperparameters()
                .batches(2, 1)
                .epochs(2)
                .learningRate(2e-3, LrSchedulerType.COSINE)
                .shuffle(true)
                .loggingSteps(3)
                .lora(lora)
                .build();
    }

    private static void assertResumes(Hyperparameters hyperparameters) {
        assertResumes(hyperparameters, DATA);
    }

    private static void assertResumes(Hyperparameters hyperparameters, TokenizedData data) {
        try (TinyRun whole = new TinyRun(hyperparameters, data)) {
            assertThat(whole.run().step()).isEqualTo(8);
            assertThat(whole.listener.reports).extracting(StepReport::step).containsExactly(3, 6, 8);
            for (int stop = 1; stop < 8; stop++) {
                assertResumes(hyperparameters, data, whole, stop);
            }
        }
    }

    private static void assertResumes(Hyperparameters hyperparameters, TokenizedData data, TinyRun whole, int stop) {
        List<TinyRun.Saved> saved = new ArrayList<>();
        List<StepReport> reports = new ArrayList<>();
        List<PreferenceMetrics> validations = new ArrayList<>();
        try (TinyRun stopped = new TinyRun(hyperparameters, data)) {
            stopped.listener.stopAfter = stop;
            stopped.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
            assertThat(stopped.run().completed()).isFalse();
            reports.addAll(stopped.listener.reports);
            validations.addAll(stopped.listener.validations);
        }
        assertThat(saved.getLast().progress().step()).isEqualTo(stop);
        try (TinyRun resumed = new TinyRun(hyperparameters, data).resumeFrom(saved.getLast())) {
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
