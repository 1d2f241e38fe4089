package dev.dpo4j.job;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.safetensors.TensorReader;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.Evaluations;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.ModelSelection;
import dev.dpo4j.train.Packing;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.ReferenceProgress;
import dev.dpo4j.train.StepReport;
import dev.dpo4j.train.TrainingHistory;
import dev.dpo4j.train.TrainingListener;
import dev.dpo4j.train.TrainingListener.StopRequest;
import dev.dpo4j.train.TrainingPlan;
import dev.dpo4j.train.TrainingProgress;
import dev.dpo4j.train.TrainingResult;
import dev.dpo4j.train.TrainingSnapshot;
import dev.dpo4j.train.TrainingWarning;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A training of one weight that depends on every step before it: {@code w = 0.5 w + step}. Stands in for the real one where jobs
 * are tested, so that a test can look at, or disturb, any moment of a run.
 */
public final class FakeTraining implements TrainingRuns {

    private static final int STEPS_PER_EPOCH = 5;
    private static final long TOKENS_PER_STEP = 10;
    static final MemoryPlan MEMORY =
            new MemoryPlan(new Packing(7, Activations.Keep.ALL), 0, 1 << 20, 1 << 20, 2 << 20, 0, 3 << 20, 9 << 20);
    private static final Inputs UNKNOWN = new Inputs(null, null, null);
    private static final StepReport.Work WORK = new StepReport.Work(1, TOKENS_PER_STEP, 0.25);

    private volatile IntConsumer beforeStep = step -> {};
    private volatile Consumer<JobSpec> validation = spec -> {};
    private volatile String fingerprint = "fake";
    private volatile Inputs inputs = UNKNOWN;
    private volatile Cuts validationCuts = Cuts.NONE;
    private volatile int loggingSteps = 1;
    private volatile @Nullable TrainingWarning warning;
    private volatile IntToDoubleFunction validationLoss = FakeTraining::falling;

    /** What happens on the run's thread before it computes a step (from 1). */
    public void beforeStep(IntConsumer hook) {
        beforeStep = hook;
    }

    public void validation(Consumer<JobSpec> hook) {
        validation = hook;
    }

    void validationCuts(Cuts cuts) {
        validationCuts = cuts;
    }

    void loggingSteps(int steps) {
        loggingSteps = steps;
    }

    /** Is told at each step. */
    void warning(TrainingWarning ofEachStep) {
        warning = ofEachStep;
    }

    /** The loss of the validation data after so many steps. */
    void validationLoss(IntToDoubleFunction ofStep) {
        validationLoss = ofStep;
    }

    void fingerprint(String other) {
        fingerprint = other;
    }

    void inputs(Inputs read) {
        inputs = read;
    }

    public void reset() {
        inputs = UNKNOWN;
        beforeStep = step -> {};
        validation = spec -> {};
        fingerprint = "fake";
        validationCuts = Cuts.NONE;
        loggingSteps = 1;
        warning = null;
        validationLoss = FakeTraining::falling;
    }

    /** The weight after {@code steps} undisturbed steps. */
    static float weightAfter(int steps) {
        float weight = 0;
        for (int step = 1; step <= steps; step++) {
            weight = next(weight, step);
        }
        return weight;
    }

    @Override
    public void validate(JobSpec spec) {
        validation.accept(spec);
    }

    @Override
    public TrainingRun start(JobSpec spec, @Nullable SavedState saved) {
        return new Run(spec, saved, fingerprint);
    }

    private static double falling(int step) {
        return 0.6931 / (1 + step);
    }

    private static float next(float weight, int step) {
        return 0.5f * weight + step;
    }

    static float weight(InputStream safetensors, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment weight = arena.allocate(ValueLayout.JAVA_FLOAT);
            SafetensorsReader.read("weights", safetensors, OptionalLong.of(length), tensor -> weight);
            return weight.get(ValueLayout.JAVA_FLOAT, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Run implements TrainingRun {

        private final JobSpec spec;
        private final String machine;
        private final int total;
        private int step;
        private float weight;
        private Evaluations evaluations = Evaluations.NONE;

        Run(JobSpec spec, @Nullable SavedState saved, String machine) {
            this.spec = spec;
            this.machine = machine;
            this.total = Objects.requireNonNullElse(spec.hyperparameters().maxSteps(), STEPS_PER_EPOCH);
            if (saved != null) {
                step = saved.progress().step();
                evaluations = saved.progress().evaluations();
                SavedState.Tensors weights = saved.weights();
                try (InputStream in = weights.source().get()) {
                    weight = FakeTraining.weight(in, weights.length());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        @Override
        public MemoryPlan memory() {
            return MEMORY;
        }

        @Override
        public TrainingResult run(TrainingListener listener) {
            int validation = spec.validationData() == null ? 0 : 2;
            listener.onPlan(new TrainingPlan(
                    STEPS_PER_EPOCH, validation, Cuts.NONE, validationCuts, STEPS_PER_EPOCH, total, step));
            if (step == 0) {
                for (int done = 1; done <= STEPS_PER_EPOCH; done++) {
                    listener.onReference(new ReferenceProgress(done - done / 2, done / 2, STEPS_PER_EPOCH));
                }
                if (spec.validationData() != null) {
                    listener.onValidation(0, 0, metrics(0, validationLoss.applyAsDouble(0)), null);
                }
            }
            Integer saveSteps = spec.hyperparameters().saveSteps();
            StepReport report = null;
            ModelSelection selection = spec.hyperparameters().evaluation().selection();
            while (!ended(selection)) {
                TrainingWarning told = warning;
                if (told != null) {
                    listener.onWarning(told);
                }
                StopRequest stop = listener.stopRequested(step);
                if (stop == StopRequest.AFTER_CHECKPOINT) {
                    listener.onCheckpoint(snapshot(report)).await();
                }
                if (stop != StopRequest.NONE) {
                    return result(false);
                }
                beforeStep.accept(step + 1);
                step++;
                weight = next(weight, step);
                if (step % loggingSteps == 0) {
                    report = new StepReport(
                            step, epoch(), metrics(step, falling(step)), 1.5, 1e-6, step * TOKENS_PER_STEP, WORK);
                    listener.onStep(report);
                }
                boolean best = false;
                if (step % STEPS_PER_EPOCH == 0 && spec.validationData() != null) {
                    double loss = validationLoss.applyAsDouble(step);
                    Evaluations with = evaluations.and(step, loss, selection);
                    best = !Objects.equals(with.best(), evaluations.best());
                    evaluations = with;
                    listener.onValidation(step, epoch(), metrics(step, loss), with.best());
                }
                if (ended(selection)
                        || (best && selection.loadBestModelAtEnd())
                        || (saveSteps != null && step % saveSteps == 0)) {
                    listener.onCheckpoint(snapshot(report)).await();
                }
            }
            if (step < total) {
                listener.onEarlyStop(step, total, evaluations);
            }
            return result(true);
        }

        private boolean ended(ModelSelection selection) {
            return step == total || evaluations.exhaust(selection);
        }

        @Override
        public String fingerprint() {
            return machine;
        }

        @Override
        public Inputs inputs() {
            return inputs;
        }

        @Override
        public void close() {}

        private TrainingResult result(boolean completed) {
            return new TrainingResult(completed, step, step * TOKENS_PER_STEP);
        }

        private double epoch() {
            return (double) step / STEPS_PER_EPOCH;
        }

        private TrainingSnapshot snapshot(@Nullable StepReport report) {
            MemorySegment data = MemorySegment.ofArray(new float[] {weight});
            return new TrainingSnapshot(
                    new TrainingProgress(
                            step, step * TOKENS_PER_STEP, null, 0, false, evaluations, TrainingHistory.NONE),
                    epoch(),
                    report,
                    step == total,
                    List.of(new NamedTensor("weight", new long[] {1}, data)),
                    Map.of("format", "pt"),
                    List.of(new NamedTensor("moment", new long[] {1}, data)),
                    TensorReader.DIRECT);
        }

        private static PreferenceMetrics metrics(int step, double loss) {
            return new PreferenceMetrics(
                    loss, 0.1 * step, -0.1 * step, step > 0 ? 1 : 0, 0.2 * step, -20, -30, 3, 2, 1.5, 0.5, null);
        }
    }
}
