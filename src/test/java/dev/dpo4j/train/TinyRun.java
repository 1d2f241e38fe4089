package dev.dpo4j.train;

import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.MismatchedAnswers;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A run of the trainer on a small model of its own, always the same one. */
final class TinyRun implements AutoCloseable {

    /** What a checkpoint holds. */
    record Saved(TrainingProgress progress, Map<String, float[]> weights, Map<String, float[]> optimizer) {

        static Saved of(TrainingSnapshot snapshot) {
            return new Saved(snapshot.progress(), values(snapshot.weights()), values(snapshot.optimizer()));
        }
    }

    final Compute compute = Goldens.compute();
    final LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 21);
    final @Nullable LoraWeights adapter;
    final LlamaModel policy;
    final TrainingState state;
    final RecordingListener listener = new RecordingListener();
    int rowCapacity = 1000;
    KnownReference known = KnownReference.NOTHING;
    Activations.Keep keep = Activations.Keep.ALL;
    int wholeLayers;
    boolean roomForCopy;
    LongSupplier nanoTime = () -> 0;
    private final Hyperparameters hyperparameters;
    private final TokenizedData data;

    TinyRun(Hyperparameters hyperparameters, TokenizedData data) {
        this.hyperparameters = hyperparameters;
        this.data = data;
        LoraConfig lora = hyperparameters.lora();
        this.adapter = lora == null ? null : TinyLlama.adapter(TinyLlama.UNTIED, lora, 22);
        this.policy = new LlamaModel(weights, adapter, compute);
        this.state = new TrainingState(adapter == null ? weights : adapter, data, hyperparameters);
    }

    /** Fills the state as from a checkpoint. */
    TinyRun resumeFrom(Saved saved) {
        fill(state.weights(), saved.weights);
        fill(state.optimizer(), saved.optimizer);
        state.resumeFrom(saved.progress);
        return this;
    }

    /** Runs with the policy as its own reference. */
    TrainingResult run() {
        return run(null, listener);
    }

    TrainingResult run(@Nullable LlamaModel reference) {
        return run(reference, listener);
    }

    TrainingResult run(RecordingListener other) {
        return run(null, other);
    }

    private TrainingResult run(@Nullable LlamaModel reference, TrainingListener told) {
        return new DpoTrainer(
                        policy,
                        reference,
                        known,
                        state,
                        data,
                        hyperparameters,
                        new Packing(rowCapacity, keep, wholeLayers),
                        roomForCopy,
                        nanoTime)
                .run(told);
    }

    /** A clock by which every reading takes a second: the run then asks between all batches whether to stop. */
    static LongSupplier aSecondEachTime() {
        AtomicLong seconds = new AtomicLong();
        return () -> seconds.getAndIncrement() * 1_000_000_000;
    }

    /** The trained weights as they are now. */
    Map<String, float[]> trained() {
        return values(state.weights());
    }

    private static Map<String, float[]> values(List<NamedTensor> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach(t -> values.put(t.name(), t.data().toArray(ValueLayout.JAVA_FLOAT)));
        return values;
    }

    private static void fill(List<NamedTensor> tensors, Map<String, float[]> values) {
        tensors.forEach(t -> t.data().copyFrom(MemorySegment.ofArray(values.get(t.name()))));
    }

    @Override
    public void close() {
        state.close();
        if (adapter != null) {
            adapter.close();
        }
        weights.close();
        compute.close();
    }

    /** Preferences of different lengths, every third with two rejected answers; rows are numbered from 1. */
    static List<TokenizedPreference> preferences(int n) {
        Random random = new Random(23);
        List<TokenizedPreference> preferences = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<int[]> rejected = new ArrayList<>();
            for (int k = 0; k < (i % 3 == 2 ? 2 : 1); k++) {
                rejected.add(TinyLlama.tokens(random, random.nextInt(1, 9)));
            }
            preferences.add(new TokenizedPreference(
                    i + 1,
                    TinyLlama.tokens(random, random.nextInt(2, 12)),
                    TinyLlama.tokens(random, random.nextInt(1, 9)),
                    rejected));
        }
        return preferences;
    }

    /** Labelled answers of different lengths, three good ones, two bad ones and so on, mismatched in blocks. */
    static List<TokenizedPreference> labelled(int n, int block) {
        List<TokenizedPreference> answers = preferences(n).stream()
                .map(preference -> TokenizedPreference.labelled(
                        preference.row(),
                        preference.prompt(),
                        preference.chosen(),
                        preference.row() % 5 < 3 ? Label.GOOD : Label.BAD))
                .toList();
        return MismatchedAnswers.give(answers, block, 1000);
    }

    /** Hyperparameters one by one, from a constant rate without shuffling, clipping at 1 and a report of every step. */
    static Builder hyperparameters() {
        return new Builder();
    }

    static final class Builder {
        private LossOptions loss = LossOptions.SIGMOID;

        private int batchSize = 2;
        private int accumulation = 1;
        private int epochs = 1;
        private @Nullable Integer maxSteps;
        private double learningRate = 1e-3;
        private LrSchedulerType type = LrSchedulerType.CONSTANT;
        private LrSchedulerKwargs kwargs = LrSchedulerKwargs.NONE;
        private @Nullable Double warmupRatio;
        private AdamOptions adam = AdamOptions.DEFAULT;
        private double maxGradNorm = 1;
        private boolean shuffle;
        private @Nullable Long dataSeed;
        private int loggingSteps = 1;
        private @Nullable Integer saveSteps;
        private @Nullable ReferenceSync referenceSync;
        private @Nullable LoraConfig lora;
        private @Nullable String adapterBase;
        private Evaluation evaluation = Evaluation.DEFAULT;

        Builder batches(int size, int accumulationSteps) {
            batchSize = size;
            accumulation = accumulationSteps;
            return this;
        }

        Builder epochs(int n) {
            epochs = n;
            return this;
        }

        Builder maxSteps(@Nullable Integer steps) {
            maxSteps = steps;
            return this;
        }

        Builder learningRate(double rate, LrSchedulerType schedule) {
            learningRate = rate;
            type = schedule;
            return this;
        }

        Builder schedule(LrSchedulerType schedule, LrSchedulerKwargs options, double ratioOfWarmup) {
            type = schedule;
            kwargs = options;
            warmupRatio = ratioOfWarmup;
            return this;
        }

        Builder adam(AdamOptions options) {
            adam = options;
            return this;
        }

        Builder maxGradNorm(double norm) {
            maxGradNorm = norm;
            return this;
        }

        Builder shuffle(boolean on) {
            shuffle = on;
            return this;
        }

        Builder dataSeed(long seed) {
            dataSeed = seed;
            return this;
        }

        Builder loggingSteps(int steps) {
            loggingSteps = steps;
            return this;
        }

        Builder saveSteps(int steps) {
            saveSteps = steps;
            return this;
        }

        Builder loss(LossOptions options) {
            loss = options;
            return this;
        }

        Builder referenceSync(double mixupAlpha, int steps) {
            referenceSync = new ReferenceSync(mixupAlpha, steps);
            return this;
        }

        /** An adapter of some training: its B is not 0. */
        Builder lora(@Nullable LoraConfig config) {
            lora = config;
            adapterBase = config == null ? null : "tiny";
            return this;
        }

        /** An adapter that must not say anything yet: whoever uses it makes its B 0. */
        Builder freshLora(LoraConfig config) {
            lora = config;
            adapterBase = null;
            return this;
        }

        Builder evaluation(Evaluation when) {
            evaluation = when;
            return this;
        }

        Hyperparameters build() {
            return new Hyperparameters(
                    0.3,
                    loss,
                    batchSize,
                    accumulation,
                    epochs,
                    maxSteps,
                    learningRate,
                    type,
                    kwargs,
                    0,
                    warmupRatio,
                    0.01,
                    adam,
                    maxGradNorm,
                    null,
                    TruncationMode.KEEP_START,
                    shuffle,
                    42,
                    dataSeed,
                    loggingSteps,
                    saveSteps,
                    2,
                    referenceSync,
                    lora,
                    adapterBase,
                    evaluation);
        }
    }
}
