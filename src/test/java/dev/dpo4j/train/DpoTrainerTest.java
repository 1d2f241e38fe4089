package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.MismatchedAnswers;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must not change a run, and what must. */
class DpoTrainerTest {

    /** A token that no preference of {@link TinyRun} has in it. */
    private static final int UNUSED = TinyLlama.UNTIED.vocabSize() - 1;

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(8), List.of(), Cuts.NONE, Cuts.NONE);

    @Test
    void aPolicyThatIsItsOwnReferenceStartsWithMarginsOfExactlyZero() {
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().build(), DATA)) {
            run.run();
            PreferenceMetrics first = run.listener.reports.getFirst().metrics();
            assertThat(first.loss()).isEqualTo(Math.log(2));
            assertThat(first.rewardsMargins()).isZero();
            assertThat(first.rewardsAccuracies()).isZero();
            assertThat(run.listener.reports.get(1).metrics().rewardsMargins()).isNotZero();
        }
    }

    @Test
    void trainingOnTheSamePreferencesTeachesThem() {
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().epochs(10).build(), DATA)) {
            run.run();
            PreferenceMetrics last = run.listener.reports.getLast().metrics();
            assertThat(last.loss()).isLessThan(0.2);
            assertThat(last.rewardsAccuracies()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(LossType.class)
    void everyLossFallsAsItIsTrained(LossType type) {
        LossOptions loss = LossOptions.of(List.of(type));
        if (type == LossType.EXO_PAIR) {
            loss = smoothed(type, 0.1);
        }
        TokenizedData data = loss.loss(0.3).labelled() ? labelled(DATA) : DATA;
        try (TinyRun run =
                new TinyRun(TinyRun.hyperparameters().epochs(10).loss(loss).build(), data)) {
            run.run();
            double first = run.listener.reports.getFirst().metrics().loss();
            double last = run.listener.reports.getLast().metrics().loss();
            assertThat(last).isLessThan(first);
        }
    }

    /** The chosen answers as good ones, the rejected ones as bad ones. */
    private static TokenizedData labelled(TokenizedData data) {
        List<TokenizedPreference> answers = new ArrayList<>();
        for (TokenizedPreference p : data.training()) {
            answers.add(TokenizedPreference.labelled(p.row(), p.prompt(), p.chosen(), Label.GOOD));
            for (int[] rejected : p.rejected()) {
                answers.add(TokenizedPreference.labelled(p.row(), p.prompt(), rejected, Label.BAD));
            }
        }
        return new TokenizedData(MismatchedAnswers.give(answers, 4, 64), List.of(), Cuts.NONE, Cuts.NONE);
    }

    @Test
    void aLossWithoutAReferenceHasNoPassForOne() {
        LossOptions simpo = LossOptions.of(List.of(LossType.SIMPO));
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(simpo).build(), DATA)) {
            run.run();
            assertThat(run.listener.reference).isEqualTo(new ReferenceProgress(0, 0, 0));
            assertThat(run.listener.reports.getFirst().metrics().rewardsChosen())
                    .isEqualTo(run.listener.reports.getFirst().metrics().logpsChosen() * 0.3, within(1e-12));
        }
    }

    private static LossOptions smoothed(LossType type, double smoothing) {
        return Options.of(type).labelSmoothing(smoothing).build();
    }

    /** Of two sets of weights, relative to their length. */
    private static double distance(Map<String, float[]> actual, Map<String, float[]> expected) {
        double difference = 0;
        double length = 0;
        for (Map.Entry<String, float[]> tensor : expected.entrySet()) {
            float[] values = Objects.requireNonNull(actual.get(tensor.getKey()));
            for (int i = 0; i < values.length; i++) {
                difference += Math.pow((double) values[i] - tensor.getValue()[i], 2);
                length += Math.pow(tensor.getValue()[i], 2);
            }
        }
        return Math.sqrt(difference / length);
    }

    @Test
    void clippingChangesTheTrajectoryButNotTheReportedNorm() {
        try (TinyRun clipped =
                        new TinyRun(TinyRun.hyperparameters().maxGradNorm(0.5).build(), DATA);
                TinyRun free =
                        new TinyRun(TinyRun.hyperparameters().maxGradNorm(0).build(), DATA)) {
            clipped.run();
            free.run();
            List<StepReport> withClipping = clipped.listener.reports;
            List<StepReport> without = free.listener.reports;
            assertThat(withClipping.getFirst().gradNorm())
                    .isGreaterThan(0.5)
                    .isEqualTo(without.getFirst().gradNorm());
            // AdamW's first step knows only signs; from the second on the proportion of steps counts
            assertThat(distance(clipped.trained(), free.trained())).isGreaterThan(1e-4);
        }
    }

    @Test
    void theScheduleAndItsWarmupDecideTheRateOfEachStep() {
        LrSchedulerKwargs toNothingInASquare = new LrSchedulerKwargs(Map.of("lr_end", 0.0, "power", 2.0));
        Hyperparameters hyperparameters = TinyRun.hyperparameters()
                .schedule(LrSchedulerType.POLYNOMIAL, toNothingInASquare, 0.5)
                .build();
        try (TinyRun run = new TinyRun(hyperparameters, DATA)) {
            run.run();
            assertThat(run.listener.reports)
                    .extracting(StepReport::learningRate)
                    .containsExactly(0.0, 5e-4, 1e-3, 2.5e-4);
        }
    }

    @Test
    void adamsConstantsDecideHowFarAStepGoes() {
        AdamOptions timid = new AdamOptions(0.9, 0.999, 1);
        try (TinyRun usual = new TinyRun(TinyRun.hyperparameters().build(), DATA);
                TinyRun small =
                        new TinyRun(TinyRun.hyperparameters().adam(timid).build(), DATA)) {
            Map<String, float[]> start = usual.trained();
            usual.run();
            small.run();
            // m / (sqrt(v) + 1) is about m, much less than the m / sqrt(v) of the usual epsilon
            assertThat(distance(small.trained(), start))
                    .isPositive()
                    .isLessThan(0.2 * distance(usual.trained(), start));
        }
    }

    @Test
    void anAdapterIsTrainedAgainstItsOwnStartAndTheBaseStaysAsItIs() {
        Hyperparameters hyperparameters =
                TinyRun.hyperparameters().lora(TinyLlama.LORA).build();
        try (TinyRun run = new TinyRun(hyperparameters, DATA);
                TinyRun againstBase = new TinyRun(hyperparameters, DATA)) {
            float[] base =
                    run.weights.tensor("model.layers.0.mlp.down_proj.weight").toArray(ValueLayout.JAVA_FLOAT);
            Map<String, float[]> start = run.trained();
            run.run();
            againstBase.run(againstBase.policy.base());

            assertThat(run.listener.reports.getFirst().metrics().rewardsMargins())
                    .isZero();
            assertThat(againstBase.listener.reports.getFirst().metrics().rewardsMargins())
                    .isNotZero();
            assertThat(run.weights.tensor("model.layers.0.mlp.down_proj.weight").toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(base);
            run.trained().forEach((name, values) -> assertThat(values).as(name).isNotEqualTo(start.get(name)));
        }
    }

    @Test
    void withinASecondItAsksOnlyBeforeStepsWhetherToStop() {
        TokenizedData data = new TokenizedData(DATA.training(), DATA.training(), Cuts.NONE, Cuts.NONE);
        Hyperparameters hyperparameters =
                TinyRun.hyperparameters().batches(2, 2).build();
        try (TinyRun standing = new TinyRun(hyperparameters, data);
                TinyRun passing = new TinyRun(hyperparameters, data)) {
            standing.rowCapacity = 1;
            standing.run();
            assertThat(standing.listener.questions).as("two steps").isEqualTo(2);

            passing.rowCapacity = 1;
            passing.nanoTime = TinyRun.aSecondEachTime();
            passing.run();
            assertThat(passing.listener.questions)
                    .as("two steps; 8 training batches twice; 8 validation batches thrice")
                    .isEqualTo(2 + 2 * 8 + 3 * 8);
        }
    }

    @Test
    void askedToStopNowWithinAValidationItEndsAndWritesNothing() {
        TokenizedData data = new TokenizedData(DATA.training(), DATA.training(), Cuts.NONE, Cuts.NONE);
        List<TrainingSnapshot> written = new ArrayList<>();
        RecordingListener listener = new RecordingListener() {
            @Override
            public StopRequest stopRequested(int step) {
                return step == 4 ? StopRequest.NOW : StopRequest.NONE;
            }
        };
        listener.onCheckpoint = written::add;
        Hyperparameters hyperparameters = TinyRun.hyperparameters().build();
        try (TinyRun run = new TinyRun(hyperparameters, data)) {
            TrainingResult result = new DpoTrainer(
                            run.policy,
                            null,
                            KnownReference.NOTHING,
                            run.state,
                            data,
                            hyperparameters,
                            new Packing(1000, Activations.Keep.ALL),
                            false,
                            TinyRun.aSecondEachTime())
                    .run(listener);
            assertThat(result.completed()).isFalse();
            assertThat(result.step()).isEqualTo(4);
            assertThat(listener.validations).as("before training").hasSize(1);
            assertThat(written).isEmpty();
        }
    }

    @Test
    void askedToStopNowItEndsBetweenTwoMicroStepsAndWritesNothing() {
        List<TrainingSnapshot> written = new ArrayList<>();
        RecordingListener[] listener = new RecordingListener[1];
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().batches(2, 2).build(), DATA)) {
            Map<String, float[]> start = run.trained();
            listener[0] = new RecordingListener() {
                @Override
                public StopRequest stopRequested(int step) {
                    return reports.size() == 1 ? StopRequest.NOW : StopRequest.NONE;
                }
            };
            listener[0].onCheckpoint = written::add;
            TrainingResult result = new DpoTrainer(
                            run.policy,
                            null,
                            KnownReference.NOTHING,
                            run.state,
                            DATA,
                            TinyRun.hyperparameters().batches(2, 2).build(),
                            new Packing(1000, Activations.Keep.ALL),
                            false,
                            TinyRun.aSecondEachTime())
                    .run(listener[0]);
            assertThat(result.completed()).isFalse();
            assertThat(result.step()).isEqualTo(1);
            assertThat(written).isEmpty();
            assertThat(distance(run.trained(), start)).isPositive();
        }
    }

    @Test
    void aLossThatIsNoNumberNamesItsStepAndRowAndLeavesTheWeightsAlone() {
        List<TokenizedPreference> preferences = new ArrayList<>(DATA.training());
        TokenizedPreference third = preferences.get(2);
        preferences.set(2, new TokenizedPreference(3, new int[] {7, UNUSED}, third.chosen(), third.rejected()));
        TokenizedData data = new TokenizedData(preferences, List.of(), Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().build(), data);
                TinyRun oneStep =
                        new TinyRun(TinyRun.hyperparameters().maxSteps(1).build(), data)) {
            poison(run);
            poison(oneStep);
            oneStep.run();
            assertThatThrownBy(run::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("The loss of step 2 is not finite (NaN at row 3")
                    .hasMessageContaining("rows [3, 4]");
            assertThat(run.listener.reports).hasSize(1);
            assertThat(run.state.progress().step()).isEqualTo(1);
            run.trained()
                    .forEach((name, values) -> assertThat(values)
                            .as(name)
                            .containsExactly(oneStep.trained().get(name)));
        }
    }

    @Test
    void aValidationLossThatIsNoNumberEndsTheRunToo() {
        List<TokenizedPreference> validation = List.of(
                TinyRun.preferences(1).getFirst(),
                new TokenizedPreference(2, new int[] {UNUSED}, new int[] {1}, List.of(new int[] {2})));
        TokenizedData data = new TokenizedData(DATA.training(), validation, Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().build(), data)) {
            poison(run);
            assertThatThrownBy(run::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("The validation loss after step 0 is not finite (NaN at row 2");
            assertThat(run.listener.validations).isEmpty();
        }
    }

    /** Makes a number of the unused token's embedding NaN; the output layer has weights of its own. */
    private static void poison(TinyRun run) {
        MemorySegment embedding = run.weights.tensor("model.embed_tokens.weight");
        embedding.setAtIndex(ValueLayout.JAVA_FLOAT, (long) UNUSED * TinyLlama.UNTIED.hiddenSize(), Float.NaN);
    }
}
