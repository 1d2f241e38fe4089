package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.RopeScaling;
import dev.dpo4j.llama.SeededWeights;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.tensor.Compute;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A training of a small model on made-up tokens, of which nothing is kept. The JVM compiles a kernel for good when it has seen it work; until
 * then its vectors are objects, and it is some hundred times as slow. A real model's first step would wait for that, kernel by kernel, and
 * with both of its cores.
 */
public final class Rehearsal {

    /** So many steps that the compiler has seen enough of all kernels: those that are called but once a step come last. */
    private static final int STEPS = 60;

    /** It ends then at the latest: with a compiler that leaves the kernels as slow as they are, C1 alone, it would take minutes. */
    private static final long MOST_NANOS = Duration.ofSeconds(20).toNanos();

    /** Large enough for the products of real models, which small matrices are not put through. */
    private static final LlamaConfig CONFIG = new LlamaConfig(
            512, 192, 256, 1, 3, 1, 64, 1e-5, 10_000, new RopeScaling.Default(), 512, true, 0.02, null, List.of());

    private static final int PREFERENCES = 4;
    private static final int PROMPT = 100; // tokens
    private static final int ANSWER = 50;

    private Rehearsal() {}

    /**
     * Trains, on the calling thread, in turns like any other computation.
     *
     * @param stop whether to end before the last step
     */
    public static void run(Compute compute, BooleanSupplier stop) {
        long began = System.nanoTime();
        Random random = new Random(0);
        List<TokenizedPreference> preferences = IntStream.rangeClosed(1, PREFERENCES)
                .mapToObj(row -> new TokenizedPreference(
                        row, tokens(random, PROMPT), tokens(random, ANSWER), List.of(tokens(random, ANSWER))))
                .toList();
        TokenizedData data = new TokenizedData(preferences, List.of(), Cuts.NONE, Cuts.NONE);
        Hyperparameters hyperparameters = hyperparameters();
        try (LlamaWeights weights = LlamaWeights.allocate(CONFIG);
                TrainingState state = new TrainingState(weights, data, hyperparameters)) {
            SeededWeights.fill(CONFIG, 0, weights::tensor);
            new DpoTrainer(
                            new LlamaModel(weights, null, compute),
                            null,
                            KnownReference.NOTHING,
                            state,
                            data,
                            hyperparameters,
                            new Packing(Packing.MOST_ROWS, Activations.Keep.ALL),
                            false,
                            System::nanoTime)
                    .run(new Unheard(() -> stop.getAsBoolean() || System.nanoTime() - began > MOST_NANOS));
        }
    }

    private static int[] tokens(Random random, int count) {
        return random.ints(count, 0, CONFIG.vocabSize()).toArray();
    }

    private static Hyperparameters hyperparameters() {
        return new Hyperparameters(
                0.1,
                LossOptions.SIGMOID,
                PREFERENCES,
                1,
                STEPS,
                null,
                1e-6,
                LrSchedulerType.CONSTANT,
                LrSchedulerKwargs.NONE,
                0,
                null,
                0,
                AdamOptions.DEFAULT,
                1,
                null,
                TruncationMode.KEEP_START,
                false,
                0,
                1,
                null,
                1,
                null,
                null,
                null,
                Evaluation.DEFAULT);
    }

    /** Nobody wants to know. */
    private record Unheard(BooleanSupplier stop) implements TrainingListener {

        @Override
        public void onPlan(TrainingPlan plan) {}

        @Override
        public void onReference(ReferenceProgress progress) {}

        @Override
        public void onStep(StepReport report) {}

        @Override
        public void onValidation(int step, double epoch, PreferenceMetrics metrics, @Nullable BestEvaluation best) {}

        @Override
        public void onEarlyStop(int step, int totalSteps, Evaluations evaluations) {}

        @Override
        public void onWarning(TrainingWarning warning) {}

        @Override
        public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
            return () -> {};
        }

        @Override
        public StopRequest stopRequested(int step) {
            return stop.getAsBoolean() ? StopRequest.NOW : StopRequest.NONE;
        }
    }
}
