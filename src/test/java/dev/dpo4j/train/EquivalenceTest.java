package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What may be cut up, kept, cached, saved or interrupted without training another model: each variant against a base configuration, for
 * several losses, with all weights trained and with an adapter, as TRL's {@code tests/invariant} does it. The base takes eleven preferences
 * of different lengths, some with two rejected answers, or as many labelled answers, in shuffled steps of eight and of three, three times over.
 *
 * <p>Where a variant does the same arithmetic in the same order, every bit is the same. Where it adds up in another order, weights differ by
 * float32's rounding.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // the bases are run once
class EquivalenceTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(11), List.of(), Cuts.NONE, Cuts.NONE);

    private static final TokenizedData LABELLED =
            new TokenizedData(TinyRun.labelled(11, 8), List.of(), Cuts.NONE, Cuts.NONE);

    private static final int STEPS = 6;

    /**
     * With torch's 1e-8, AdamW moves a weight whose gradient is nothing but rounding as far as any other, up or down by chance. With this,
     * a sixth of a typical element of the gradient clipped to length 1, steps are a smooth function of gradients.
     */
    private static final AdamOptions SMOOTH = new AdamOptions(0.9, 0.999, 1e-3);

    /**
     * What another order of sums may come to after six steps of at most 1e-3 for each weight: four times the most that was seen in 78
     * cases, 1.2e-7 (the last bit of a norm weight beyond 1), 1.2e-9 and 4.4e-7.
     *
     * @param maximum of all weights
     * @param mean of all weights
     * @param figures relative, of every step's loss and gradient norm
     */
    private record Bound(double maximum, double mean, double figures) {}

    private static final Bound NONE = new Bound(0, 0, 0);
    private static final Bound ROUNDING = new Bound(5e-7, 5e-9, 2e-6);

    /** What is trained, by which loss. */
    record Base(String name, LossOptions loss, @Nullable LoraConfig lora, boolean comparesPreferences) {

        TinyRun run(Consumer<TinyRun.Builder> otherwise) {
            TinyRun.Builder hyperparameters = TinyRun.hyperparameters()
                    .batches(8, 1)
                    .epochs(3)
                    .shuffle(true)
                    .adam(SMOOTH)
                    .loss(loss)
                    .lora(lora);
            otherwise.accept(hyperparameters);
            return new TinyRun(hyperparameters.build(), loss.loss(1).labelled() ? LABELLED : DATA);
        }

        TinyRun run() {
            return run(same -> {});
        }

        @Override
        public String toString() {
            return name + (lora == null ? ", all weights" : lora.useDora() ? ", a DoRA" : ", an adapter");
        }
    }

    /**
     * Another way to the same model.
     *
     * @param cutsMicroSteps whether it changes which preferences see each other
     */
    record Variant(String name, boolean exact, boolean cutsMicroSteps, Function<Base, Trained> way) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** What came of a run. */
    record Trained(List<StepReport> reports, Map<String, float[]> weights) {

        static Trained by(TinyRun run) {
            run.run();
            return of(run);
        }

        static Trained of(TinyRun run) {
            return new Trained(List.copyOf(run.listener.reports), run.trained());
        }
    }

    private static final List<Variant> VARIANTS = List.of(
            exactly("activations computed again", set(run -> run.keep = Activations.Keep.RESIDUAL_STREAM)),
            exactly("activations computed again but for the last layer's", set(run -> {
                run.keep = Activations.Keep.RESIDUAL_STREAM;
                run.wholeLayers = 1;
            })),
            exactly("stopped after each step and resumed", EquivalenceTest::resumedAfterEachStep),
            exactly("the reference's log-probabilities from a cache", EquivalenceTest::withAFullCache),
            exactly("the reference a model of its own", EquivalenceTest::withAReferenceApart),
            exactly("a checkpoint after each step, awaited", EquivalenceTest::checkpointsAwaited),
            exactly("a checkpoint after each step, written from a copy", EquivalenceTest::checkpointsCopied),
            rounding("a pass for each preference", set(run -> run.rowCapacity = 1)),
            rounding("passes of at most 45 rows", set(run -> run.rowCapacity = 45)),
            rounding("passes of at most 45 rows, activations computed again", set(run -> {
                run.rowCapacity = 45;
                run.keep = Activations.Keep.RESIDUAL_STREAM;
            })),
            accumulated(4, 2),
            accumulated(
                    2, 4), // of the step of three: a micro-step of two and one of one, which in TRL would count as much
            accumulated(1, 8));

    private static Variant exactly(String name, Function<Base, Trained> way) {
        return new Variant(name, true, false, way);
    }

    private static Variant rounding(String name, Function<Base, Trained> way) {
        return new Variant(name, false, false, way);
    }

    private static Variant accumulated(int size, int steps) {
        return new Variant(
                "%d micro-steps of %d".formatted(steps, size),
                false,
                true,
                otherwise(hyperparameters -> hyperparameters.batches(size, steps)));
    }

    private static Function<Base, Trained> set(Consumer<TinyRun> setting) {
        return base -> {
            try (TinyRun run = base.run()) {
                setting.accept(run);
                return Trained.by(run);
            }
        };
    }

    private static Function<Base, Trained> otherwise(Consumer<TinyRun.Builder> hyperparameters) {
        return base -> {
            try (TinyRun run = base.run(hyperparameters)) {
                return Trained.by(run);
            }
        };
    }

    private static Trained resumedAfterEachStep(Base base) {
        List<StepReport> reports = new ArrayList<>();
        TinyRun.Saved last = null;
        for (int stop = 1; stop < STEPS; stop++) {
            List<TinyRun.Saved> saved = new ArrayList<>();
            try (TinyRun run = resumed(base, last)) {
                run.listener.stopAfter = stop;
                run.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
                assertThat(run.run().completed()).isFalse();
                reports.addAll(run.listener.reports);
            }
            last = saved.getLast();
        }
        try (TinyRun run = resumed(base, last)) {
            assertThat(run.run().completed()).isTrue();
            reports.addAll(run.listener.reports);
            return new Trained(reports, run.trained());
        }
    }

    private static TinyRun resumed(Base base, TinyRun.@Nullable Saved saved) {
        TinyRun run = base.run();
        return saved == null ? run : run.resumeFrom(saved);
    }

    private static Trained withAFullCache(Base base) {
        KnownReference known = new KnownReference(new MapCache(), new ReferenceKeys("model", "machine"));
        try (TinyRun first = base.run();
                TinyRun second = base.run()) {
            first.known = known;
            second.known = known;
            first.run();
            second.run();
            assertThat(second.listener.reference.computed()).isZero();
            return Trained.of(second);
        }
    }

    private static Trained withAReferenceApart(Base base) {
        try (TinyRun run = base.run();
                TinyRun reference = base.run()) {
            run.run(reference.policy);
            return Trained.of(run);
        }
    }

    private static Trained checkpointsAwaited(Base base) {
        List<TrainingSnapshot> written = new ArrayList<>();
        try (TinyRun run = base.run(hyperparameters -> hyperparameters.saveSteps(1))) {
            run.listener.onCheckpoint = written::add;
            run.run();
            assertThat(written).hasSize(STEPS);
            return Trained.of(run);
        }
    }

    private static Trained checkpointsCopied(Base base) {
        try (TinyRun run = base.run(hyperparameters -> hyperparameters.saveSteps(1))) {
            run.roomForCopy = true;
            RecordingListener slow = new RecordingListener() {
                @Override
                public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
                    return new PendingCheckpoint() {
                        @Override
                        public void await() {}

                        @Override
                        public boolean await(Duration atMost) {
                            return false;
                        }
                    };
                }
            };
            run.run(slow);
            return new Trained(slow.reports, run.trained());
        }
    }

    private static List<Base> bases() {
        List<Base> bases = new ArrayList<>();
        for (LoraConfig lora : new @Nullable LoraConfig[] {null, TinyLlama.LORA}) {
            bases.add(new Base("sigmoid", LossOptions.SIGMOID, lora, false));
            bases.add(new Base("ipo", LossOptions.of(List.of(LossType.IPO)), lora, false));
            LossOptions several = Options.of(LossType.SIGMOID, LossType.BCO_PAIR)
                    .weights(List.of(0.8, 0.2))
                    .build();
            bases.add(new Base("sigmoid and bco_pair", several, lora, false));
            LossOptions ldDpo = Options.of(LossType.SIGMOID).ldAlpha(0.3).build();
            bases.add(new Base("sigmoid with ld_alpha", ldDpo, lora, false));
            for (LossType type : List.of(LossType.SFT, LossType.AOT_UNPAIRED, LossType.PLACKETT_LUCE, LossType.ORPO)) {
                bases.add(new Base(type.wireName(), LossOptions.of(List.of(type)), lora, true));
            }
            LossOptions aot = Options.of(LossType.AOT, LossType.SFT)
                    .labelSmoothing(0.1)
                    .ldAlpha(0.3)
                    .build();
            LossOptions kto = Options.of(LossType.KTO).labelWeights(1, 1.5).build();
            bases.add(new Base("kto", kto, lora, true));
            bases.add(new Base("apo_zero_unpaired", LossOptions.of(List.of(LossType.APO_ZERO_UNPAIRED)), lora, false));
            bases.add(new Base("aot with label_smoothing and ld_alpha, and sft", aot, lora, true));
        }
        bases.add(new Base("sigmoid", LossOptions.SIGMOID, TinyLlama.DORA, false));
        bases.add(new Base("orpo", LossOptions.of(List.of(LossType.ORPO)), TinyLlama.DORA, true));
        return bases;
    }

    private final Map<Base, Trained> trained = new HashMap<>();

    private Trained trained(Base base) {
        return trained.computeIfAbsent(base, same -> set(run -> {}).apply(same));
    }

    static Stream<Arguments> cases() {
        return VARIANTS.stream()
                .flatMap(variant -> bases().stream()
                        .filter(base -> !(variant.cutsMicroSteps && base.comparesPreferences))
                        .map(base -> Arguments.of(variant, base)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cases")
    void aVariantTrainsTheSameModel(Variant variant, Base base) {
        Trained expected = trained(base);
        Trained actual = variant.way.apply(base);

        assertThat(expected.reports).hasSize(STEPS);
        assertThat(actual.reports).hasSize(STEPS);
        Residual residual = Residual.between(actual, expected);
        Bound bound = variant.exact ? NONE : ROUNDING;
        SoftAssertions softly = new SoftAssertions();
        softly.assertThat(residual.maximum).as("maximum of all weights").isLessThanOrEqualTo(bound.maximum);
        softly.assertThat(residual.mean).as("mean of all weights").isLessThanOrEqualTo(bound.mean);
        softly.assertThat(residual.figures).as("losses and norms").isLessThanOrEqualTo(bound.figures);
        softly.assertThat(numTokens(actual)).as("tokens").isEqualTo(numTokens(expected));
        softly.assertAll();
    }

    private static List<Long> numTokens(Trained trained) {
        return trained.reports.stream().map(StepReport::numTokens).toList();
    }

    static Stream<Arguments> faults() {
        Map<String, Function<Base, Trained>> faults = Map.of(
                "a thousandth more of learning rate",
                otherwise(hyperparameters -> hyperparameters.learningRate(1.001e-3, LrSchedulerType.CONSTANT)),
                "a thousandth more of clipping",
                otherwise(hyperparameters -> hyperparameters.maxGradNorm(0.999)),
                "an order of its own",
                otherwise(hyperparameters -> hyperparameters.shuffle(false)));
        return faults.entrySet().stream()
                .flatMap(fault -> bases().stream().map(base -> Arguments.of(fault.getKey(), fault.getValue(), base)));
    }

    /** What the bounds are worth: no such small fault is within any of them. */
    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("faults")
    void aSmallFaultIsBeyondTheBounds(String name, Function<Base, Trained> fault, Base base) {
        Residual residual = Residual.between(fault.apply(base), trained(base));
        assertThat(residual.maximum).as(name).isGreaterThan(ROUNDING.maximum);
        assertThat(residual.mean).as(name).isGreaterThan(ROUNDING.mean);
        assertThat(residual.figures).as(name).isGreaterThan(ROUNDING.figures);
    }

    /**
     * How far two runs ended from each other.
     *
     * @param maximum the largest difference of two weights
     * @param mean the mean difference of all weights
     * @param figures the largest relative difference of a step's losses or gradient norms
     */
    private record Residual(double maximum, double mean, double figures) {

        static Residual between(Trained actual, Trained expected) {
            double maximum = 0;
            double sum = 0;
            long count = 0;
            for (Map.Entry<String, float[]> tensor : expected.weights.entrySet()) {
                float[] values = Objects.requireNonNull(actual.weights.get(tensor.getKey()));
                for (int i = 0; i < values.length; i++) {
                    double difference = Math.abs((double) values[i] - tensor.getValue()[i]);
                    maximum = Math.max(maximum, difference);
                    sum += difference;
                }
                count += values.length;
            }
            double figures = 0;
            for (int step = 0; step < expected.reports.size(); step++) {
                StepReport one = actual.reports.get(step);
                StepReport other = expected.reports.get(step);
                figures = Math.max(figures, relative(one.gradNorm(), other.gradNorm()));
                figures = Math.max(
                        figures, relative(one.metrics().loss(), other.metrics().loss()));
            }
            return new Residual(maximum, sum / count, figures);
        }

        private static double relative(double actual, double expected) {
            return Math.abs(actual - expected) / Math.abs(expected);
        }
    }
}
