package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.learningrate.LrSchedulerType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Runs of at most twenty steps on random preferences, evaluated after every second step on four others. The evaluation's loss is 0.6131,
 * 0.6029, 0.5966 after step 6, then 0.6153, 0.6183, 0.6093, 0.5935 after step 14, and lower each time from there on.
 */
class EarlyStoppingTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(7), TinyRun.preferences(11).subList(7, 11), Cuts.NONE, Cuts.NONE);

    private static final ModelSelection PATIENCE_3 = byLoss(true, new EarlyStopping(3, 0));

    @Test
    void aRunEndsWhenItsPatienceDoes() {
        try (TinyRun whole = run(byLoss(false, null));
                TinyRun stopped = run(byLoss(false, new EarlyStopping(3, 0)))) {
            List<TinyRun.Saved> saved = savedBy(stopped);
            assertThat(whole.run().step()).isEqualTo(20);
            assertThat(whole.listener.earlyStops).isEmpty();

            TrainingResult result = stopped.run();

            assertThat(result.completed()).isTrue();
            assertThat(result.step()).isEqualTo(12);
            assertThat(stopped.listener.earlyStops).containsExactly(12);
            assertThat(stopped.listener.validations).isEqualTo(whole.listener.validations.subList(0, 7));
            assertThat(steps(saved)).containsExactly(12);
            assertThat(saved.getLast().progress().evaluations())
                    .isEqualTo(new Evaluations(
                            new BestEvaluation(
                                    6, whole.listener.validations.get(3).loss()),
                            3));
        }
    }

    @Test
    void anImprovementInTimeLetsItGoOn() {
        try (TinyRun run = run(byLoss(false, new EarlyStopping(4, 0)))) {
            assertThat(run.run().step()).isEqualTo(20);
            assertThat(run.listener.earlyStops).isEmpty();
        }
    }

    @Test
    void anImprovementWithinTheThresholdDoesNot() {
        try (TinyRun run = run(byLoss(false, new EarlyStopping(4, 0.005)))) {
            assertThat(run.run().step()).isEqualTo(14);
        }
    }

    @Test
    void everyBestModelHasItsCheckpointWhereItMayBeTaken() {
        try (TinyRun whole = run(byLoss(true, null));
                TinyRun stopped = run(PATIENCE_3)) {
            List<TinyRun.Saved> ofWhole = savedBy(whole);
            List<TinyRun.Saved> ofStopped = savedBy(stopped);
            whole.run();
            stopped.run();
            assertThat(steps(ofWhole)).containsExactly(2, 4, 6, 14, 16, 18, 20);
            assertThat(steps(ofStopped)).containsExactly(2, 4, 6, 12);
            assertThat(ofStopped)
                    .allSatisfy(saved ->
                            assertThat(saved.progress().validationDue()).isFalse());
        }
    }

    @Test
    void theBestIsKnownByTheMetricThatIsAskedFor() {
        try (TinyRun run = run(new ModelSelection(ValidationMetric.REWARDS_MARGINS, true, false, null))) {
            List<TinyRun.Saved> saved = savedBy(run);
            run.run();
            double most = run.listener.validations.stream()
                    .skip(1)
                    .map(PreferenceMetrics::rewardsMargins)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            assertThat(best(saved.getLast()).value()).isEqualTo(most);
        }
    }

    /** Asked to stop at any moment, within steps and evaluations: it ends early after the same step, with the same weights and best. */
    @Test
    void aRunInterruptedAtAnyMomentStopsEarlyAfterTheSameStep() {
        try (TinyRun whole = run(PATIENCE_3)) {
            List<TinyRun.Saved> ofWhole = savedBy(whole);
            whole.nanoTime = TinyRun.aSecondEachTime();
            assertThat(whole.run().step()).isEqualTo(12);
            assertThat(whole.listener.questions).isGreaterThan(40);
            for (int question = 1; question <= whole.listener.questions; question++) {
                assertGoesOn(whole, ofWhole, question);
            }
        }
    }

    private static void assertGoesOn(TinyRun whole, List<TinyRun.Saved> ofWhole, int question) {
        try (TinyRun interrupted = run(PATIENCE_3);
                TinyRun resumed = run(PATIENCE_3)) {
            List<TinyRun.Saved> before = savedBy(interrupted);
            List<TinyRun.Saved> after = savedBy(resumed);
            interrupted.nanoTime = TinyRun.aSecondEachTime();
            interrupted.listener.stopAtQuestion = question;
            assertThat(interrupted.run().completed())
                    .as("interrupted at question %d", question)
                    .isFalse();
            List<PreferenceMetrics> validations = new ArrayList<>();
            if (!before.isEmpty()) {
                resumed.resumeFrom(before.getLast());
                validations.addAll(interrupted.listener.validations);
            }

            TrainingResult result = resumed.run();

            validations.addAll(resumed.listener.validations);
            assertThat(result.completed()).isTrue();
            assertThat(result.step()).isEqualTo(12);
            assertThat(resumed.listener.earlyStops).containsExactly(12);
            assertThat(validations).isEqualTo(whole.listener.validations);
            assertThat(after.getLast().progress()).isEqualTo(ofWhole.getLast().progress());
            assertSameWeights(resumed.trained(), whole.trained(), question);
            before.addAll(after);
            assertSameWeights(ofBest(before).weights(), ofBest(ofWhole).weights(), question);
        }
    }

    /** A run that had ended and is started again, as when the service ended before the job could be told to have succeeded. */
    @Test
    void aRunThatHadStoppedEarlyIsNotTrainedFurther() {
        try (TinyRun run = run(PATIENCE_3);
                TinyRun again = run(PATIENCE_3)) {
            List<TinyRun.Saved> saved = savedBy(run);
            TrainingResult result = run.run();
            assertThat(again.resumeFrom(saved.getLast()).run()).isEqualTo(result);
            assertThat(again.listener.reports).isEmpty();
            assertThat(again.listener.earlyStops).containsExactly(12);
        }
    }

    private static void assertSameWeights(Map<String, float[]> actual, Map<String, float[]> expected, int question) {
        expected.forEach((name, values) -> assertThat(actual.get(name))
                .as("%s, interrupted at question %d", name, question)
                .containsExactly(values));
    }

    /** The newest checkpoint of step 6. */
    private static TinyRun.Saved ofBest(List<TinyRun.Saved> saved) {
        return saved.stream()
                .filter(one -> one.progress().step() == 6 && best(one).step() == 6)
                .findFirst()
                .orElseThrow();
    }

    private static BestEvaluation best(TinyRun.Saved saved) {
        return Objects.requireNonNull(saved.progress().evaluations().best());
    }

    private static List<Integer> steps(List<TinyRun.Saved> saved) {
        return saved.stream().map(one -> one.progress().step()).toList();
    }

    private static List<TinyRun.Saved> savedBy(TinyRun run) {
        List<TinyRun.Saved> saved = new ArrayList<>();
        run.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
        return saved;
    }

    private static ModelSelection byLoss(boolean loadBestModelAtEnd, @Nullable EarlyStopping earlyStopping) {
        return new ModelSelection(ValidationMetric.LOSS, false, loadBestModelAtEnd, earlyStopping);
    }

    private static TinyRun run(ModelSelection selection) {
        return new TinyRun(
                TinyRun.hyperparameters()
                        .batches(2, 1)
                        .maxSteps(20)
                        .learningRate(5e-3, LrSchedulerType.CONSTANT)
                        .shuffle(true)
                        .saveSteps(1000)
                        .evaluation(new Evaluation(new Amount(2), null, selection))
                        .build(),
                DATA);
    }
}
