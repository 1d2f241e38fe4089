package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run does, and does not, while a checkpoint of it is being written: each is written at the last moment, when it is awaited. */
class WrittenBehindTest {

    private static final int STEPS = 4;
    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(2 * STEPS), List.of(), Cuts.NONE, Cuts.NONE);
    private static final Hyperparameters EVERY_STEP =
            TinyRun.hyperparameters().saveSteps(1).build();

    private static final Hyperparameters EVERY_SECOND_STEP =
            TinyRun.hyperparameters().saveSteps(2).build();

    private final List<String> log = new ArrayList<>();

    @Test
    void theNextGradientIsComputedMeanwhileAndTheUpdateWaits() {
        List<TinyRun.Saved> late = new ArrayList<>();
        try (TinyRun run = new TinyRun(EVERY_STEP, DATA)) {
            run.run(new Telling() {
                @Override
                public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
                    TinyRun.Saved atOnce = TinyRun.Saved.of(snapshot);
                    Map<String, float[]> gradient = values(run.state.gradients());
                    PendingCheckpoint pending = super.onCheckpoint(snapshot);
                    return () -> {
                        pending.await();
                        late.add(TinyRun.Saved.of(snapshot));
                        assertSame(late.getLast(), atOnce);
                        boolean last = snapshot.progress().step() == STEPS;
                        assertThat(same(values(run.state.gradients()), gradient))
                                .as(
                                        "the gradient of step %d",
                                        snapshot.progress().step())
                                .isEqualTo(last);
                    };
                }
            });
        }
        assertThat(log)
                .containsExactly(
                        "step 1",
                        "begun 1",
                        "written 1",
                        "step 2",
                        "begun 2",
                        "written 2",
                        "step 3",
                        "begun 3",
                        "written 3",
                        "step 4",
                        "begun 4",
                        "written 4");
        assertThat(late).hasSize(STEPS);
    }

    @Test
    void withRoomForACopyTheUpdateWaitsForNoSlowCheckpoint() {
        List<byte[]> atOnce = new ArrayList<>();
        Map<String, float[]> waited;
        try (TinyRun run = new TinyRun(EVERY_SECOND_STEP, DATA)) {
            run.listener.onCheckpoint = snapshot -> atOnce.add(file(snapshot));
            run.run();
            waited = run.trained();
        }
        List<byte[]> late = new ArrayList<>();
        try (TinyRun run = new TinyRun(EVERY_SECOND_STEP, DATA)) {
            run.roomForCopy = true;
            run.run(new Slow(snapshot -> late.add(file(snapshot))));
            assertThat(same(run.trained(), waited)).isTrue();
        }
        assertThat(log)
                .containsExactly(
                        "step 1", "step 2", "begun 2", "step 3", "step 4", "written 2", "begun 4", "written 4");
        assertThat(late).containsExactlyElementsOf(atOnce);
    }

    @Test
    void aRunThatHasGoneOnAndIsAskedToStopAwaitsTheSlowCheckpointAndSavesWhereItIs() {
        try (TinyRun run = new TinyRun(EVERY_SECOND_STEP, DATA)) {
            run.roomForCopy = true;
            Slow listener = new Slow(snapshot -> {});
            listener.stopAfter = 3;
            assertThat(run.run(listener).step()).isEqualTo(3);
        }
        assertThat(log).containsExactly("step 1", "step 2", "begun 2", "step 3", "written 2", "begun 3", "written 3");
    }

    @Test
    void aSlowCheckpointThatFailsEndsTheRunAtTheNext() {
        IllegalStateException full = new IllegalStateException("the disk is full");
        try (TinyRun run = new TinyRun(EVERY_SECOND_STEP, DATA)) {
            run.roomForCopy = true;
            Slow listener = new Slow(snapshot -> {
                throw full;
            });
            assertThatThrownBy(() -> run.run(listener)).isSameAs(full);
        }
        assertThat(log).containsExactly("step 1", "step 2", "begun 2", "step 3", "step 4", "written 2");
    }

    @Test
    void aCheckpointThatFailsEndsTheRunBeforeTheUpdate() {
        IllegalStateException full = new IllegalStateException("the disk is full");
        try (TinyRun run = new TinyRun(EVERY_STEP, DATA)) {
            assertThatThrownBy(() -> run.run(failing(full))).isSameAs(full);
            assertThat(run.state.progress().step()).isEqualTo(2);
        }
        assertThat(log).containsExactly("step 1", "begun 1", "written 1", "step 2", "begun 2", "written 2");
    }

    @Test
    void aStepThatFailsStillAwaitsTheCheckpointBefore() {
        try (TinyRun run = poisonedAtStep3()) {
            assertThatThrownBy(() -> run.run(new Telling())).isInstanceOf(NonFiniteException.class);
        }
        assertThat(log).endsWith("step 2", "begun 2", "written 2");
    }

    @Test
    void ofAStepAndTheCheckpointBeforeTheCheckpointIsTheOneToFail() {
        IllegalStateException full = new IllegalStateException("the disk is full");
        try (TinyRun run = poisonedAtStep3()) {
            assertThatThrownBy(() -> run.run(failing(full))).isSameAs(full);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TrainingListener.StopRequest.class,
            names = {"AFTER_CHECKPOINT", "NOW"})
    void aRunAskedToStopMeanwhileAwaitsTheCheckpointAndMakesNoOther(TrainingListener.StopRequest wish) {
        try (TinyRun run = new TinyRun(EVERY_STEP, DATA)) {
            run.nanoTime = TinyRun.aSecondEachTime();
            TrainingResult result = run.run(new Telling() {
                @Override
                public StopRequest stopRequested(int step) {
                    return log.contains("begun 2") ? wish : StopRequest.NONE;
                }
            });
            assertThat(result.step()).isEqualTo(2);
            assertThat(result.completed()).isFalse();
        }
        assertThat(log).endsWith("step 2", "begun 2", "written 2");
    }

    @Test
    void aWishToStopThatComesWhileTheUpdateWaitsIsHeardBeforeIt() {
        try (TinyRun run = new TinyRun(EVERY_STEP, DATA)) {
            run.nanoTime = TinyRun.aSecondEachTime();
            TrainingResult result = run.run(new Telling() {
                @Override
                public StopRequest stopRequested(int step) {
                    return log.contains("written 2") ? StopRequest.AFTER_CHECKPOINT : StopRequest.NONE;
                }
            });
            assertThat(result.step()).isEqualTo(2);
        }
        assertThat(log).endsWith("step 2", "begun 2", "written 2");
    }

    @Test
    void theTimeThatTheUpdateWaitsIsNotTheSteps() {
        AtomicLong nanos = new AtomicLong();
        List<Double> seconds = new ArrayList<>();
        try (TinyRun run = new TinyRun(EVERY_STEP, DATA)) {
            run.nanoTime = nanos::get;
            run.run(new Telling() {
                @Override
                public void onStep(StepReport report) {
                    super.onStep(report);
                    seconds.add(report.work().seconds());
                }

                @Override
                public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
                    return () -> nanos.addAndGet(5_000_000_000L);
                }
            });
        }
        assertThat(seconds).hasSize(STEPS).allSatisfy(step -> assertThat(step).isEqualTo(1e-9));
    }

    /** Its third step computes with a number that is none. */
    private static TinyRun poisonedAtStep3() {
        int unused = TinyLlama.UNTIED.vocabSize() - 1;
        List<TokenizedPreference> preferences = new ArrayList<>(DATA.training());
        TokenizedPreference fifth = preferences.get(4);
        preferences.set(4, new TokenizedPreference(5, new int[] {7, unused}, fifth.chosen(), fifth.rejected()));
        TinyRun run = new TinyRun(EVERY_STEP, new TokenizedData(preferences, List.of(), Cuts.NONE, Cuts.NONE));
        run.weights
                .tensor("model.embed_tokens.weight")
                .setAtIndex(ValueLayout.JAVA_FLOAT, (long) unused * TinyLlama.UNTIED.hiddenSize(), Float.NaN);
        return run;
    }

    private Telling failing(RuntimeException failure) {
        return new Telling() {
            @Override
            public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
                PendingCheckpoint pending = super.onCheckpoint(snapshot);
                return () -> {
                    pending.await();
                    if (snapshot.progress().step() == 2) {
                        throw failure;
                    }
                };
            }
        };
    }

    private static void assertSame(TinyRun.Saved actual, TinyRun.Saved expected) {
        assertThat(actual.progress()).isEqualTo(expected.progress());
        assertThat(same(actual.weights(), expected.weights())).as("weights").isTrue();
        assertThat(same(actual.optimizer(), expected.optimizer())).as("moments").isTrue();
    }

    /** As a writer on another thread reads it. */
    private static byte[] file(TrainingSnapshot snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            SafetensorsWriter.write(bytes, snapshot.weights(), snapshot.weightsMetadata(), snapshot.reader());
            SafetensorsWriter.write(bytes, snapshot.optimizer(), Map.of(), snapshot.reader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static boolean same(Map<String, float[]> one, Map<String, float[]> other) {
        return one.keySet().equals(other.keySet())
                && one.entrySet().stream()
                        .allMatch(tensor -> Arrays.equals(tensor.getValue(), other.get(tensor.getKey())));
    }

    private static Map<String, float[]> values(ParameterSet set) {
        return set.tensors().stream()
                .collect(Collectors.toMap(
                        NamedTensor::name, tensor -> tensor.data().toArray(ValueLayout.JAVA_FLOAT)));
    }

    /** Tells the log of steps and checkpoints. */
    private class Telling extends RecordingListener {

        @Override
        public void onStep(StepReport report) {
            log.add("step " + report.step());
        }

        @Override
        public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
            int step = snapshot.progress().step();
            log.add("begun " + step);
            return () -> log.add("written " + step);
        }
    }

    /** Its checkpoints are written when the run can do nothing but wait for them. */
    private final class Slow extends Telling {

        private final Consumer<TrainingSnapshot> write;

        private Slow(Consumer<TrainingSnapshot> write) {
            this.write = write;
        }

        @Override
        public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
            PendingCheckpoint told = super.onCheckpoint(snapshot);
            return new PendingCheckpoint() {
                @Override
                public void await() {
                    told.await();
                    write.accept(snapshot);
                }

                @Override
                public boolean await(Duration atMost) {
                    return false;
                }
            };
        }
    }
}
