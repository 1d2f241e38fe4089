package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import dev.dpo4j.safetensors.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run finds out about itself. */
class SelfChecksTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(8), List.of(), Cuts.NONE, Cuts.NONE);

    private static final TokenizedData VALIDATED =
            new TokenizedData(TinyRun.preferences(8), TinyRun.preferences(10).subList(8, 10), Cuts.NONE, Cuts.NONE);

    private static final ReferenceKeys KEYS = new ReferenceKeys("model", "machine");

    static List<LossOptions> losses() {
        return List.of(
                LossOptions.SIGMOID,
                LossOptions.of(List.of(LossType.IPO)),
                Options.of(LossType.SIGMOID, LossType.SFT).build(),
                Options.of(LossType.SIGMOID).ldAlpha(0.3).build(),
                Options.of(LossType.SIGMOID).weighted(true).build());
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aReferenceThatIsNotThePolicysEndsTheRunBeforeItsFirstUpdate(LossOptions loss) {
        MapCache cache = filled(loss, DATA);
        // The chosen answer of the second preference is a thousandth of a nat off.
        cache.sums.computeIfPresent(
                KEYS.of(DATA.training().get(1).prompt(), DATA.training().get(1).chosen()), (key, sum) -> sum - 1e-3);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(loss).build(), DATA)) {
            run.known = new KnownReference(cache, KEYS);
            Map<String, float[]> start = run.trained();
            assertThatThrownBy(run::run)
                    .isInstanceOf(SelfCheckException.class)
                    .hasMessageContaining("the chosen answer of row 2 of the training data")
                    .hasMessageContaining("no fault of the data");
            run.trained().forEach((name, values) -> assertThat(values).as(name).containsExactly(start.get(name)));
        }
    }

    @Test
    void soDoesOneOfTheValidationData() {
        MapCache cache = filled(LossOptions.SIGMOID, VALIDATED);
        int[] rejected = VALIDATED.validation().getFirst().rejected().getLast();
        cache.sums.computeIfPresent(
                KEYS.of(VALIDATED.validation().getFirst().prompt(), rejected), (key, sum) -> sum - 1e-3);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().build(), VALIDATED)) {
            run.known = new KnownReference(cache, KEYS);
            assertThatThrownBy(run::run)
                    .isInstanceOf(SelfCheckException.class)
                    .hasMessageContaining("rejected answer of row 9 of the validation data");
        }
    }

    @Test
    void whatDiffersByRoundingIsTheSame() {
        MapCache cache = filled(LossOptions.SIGMOID, DATA);
        cache.sums.replaceAll((key, sum) -> sum + 9e-5);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().build(), DATA)) {
            run.known = new KnownReference(cache, KEYS);
            assertThat(run.run().completed()).isTrue();
        }
    }

    /** Nothing is known then, and the first step's own pass is to be the reference's too: the base under the adapter says other things. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.4})
    void anAdapterThatIsNotFreshAsItShouldBeEndsTheRunBeforeAnythingOfItIsKept(double dropout) {
        MapCache cache = new MapCache();
        LoraConfig lora = dropout == 0 ? TinyLlama.LORA : DropoutTest.LORA;
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().freshLora(lora).build(), VALIDATED)) {
            run.known = new KnownReference(cache, KEYS);
            Map<String, float[]> start = run.trained();
            assertThatThrownBy(run::run)
                    .isInstanceOf(SelfCheckException.class)
                    .hasMessageContaining("chosen answer of row ")
                    .hasMessageContaining("of the training data");
            assertThat(cache.sums).isEmpty();
            assertThat(run.listener.validations).isEmpty();
            run.trained().forEach((name, values) -> assertThat(values).as(name).containsExactly(start.get(name)));
        }
    }

    /** Its first step drops, and so is not the reference's; before it the two are compared without. */
    @Test
    void whatIsKnownIsComparedBeforeAStepWithDropoutToo() {
        Hyperparameters hyperparameters =
                TinyRun.hyperparameters().lora(DropoutTest.LORA).build();
        MapCache cache = new MapCache();
        try (TinyRun run = new TinyRun(hyperparameters, DATA)) {
            run.known = new KnownReference(cache, KEYS);
            run.run();
        }
        cache.sums.replaceAll((key, sum) -> sum - 1e-3);
        try (TinyRun run = new TinyRun(hyperparameters, DATA)) {
            run.known = new KnownReference(cache, KEYS);
            assertThatThrownBy(run::run).isInstanceOf(SelfCheckException.class);
        }
    }

    @Test
    void aReferenceThatIsAnotherModelOrNoneIsNotCompared() {
        Hyperparameters adapter = TinyRun.hyperparameters().lora(TinyLlama.LORA).build();
        try (TinyRun run = new TinyRun(adapter, DATA)) {
            assertThatCode(() -> run.run(run.policy.base())).doesNotThrowAnyException();
        }
        LossOptions simpo = LossOptions.of(List.of(LossType.SIMPO));
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(simpo).build(), DATA)) {
            assertThatCode(run::run).doesNotThrowAnyException();
        }
    }

    @Test
    void aRunOfWhichEverythingMovesDoesNotWarn() {
        for (LoraConfig lora : new @Nullable LoraConfig[] {null, TinyLlama.LORA}) {
            try (TinyRun run = new TinyRun(steps(1e-3).lora(lora).build(), DATA)) {
                run.run();
                assertThat(run.listener.warnings).isEmpty();
            }
        }
    }

    /** Its B is 0, so that the first step leaves A as it is, and in a warm-up the first step has rate 0. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5})
    void aFreshAdapterDoesNotEither(double warmup) {
        Hyperparameters hyperparameters = TinyRun.hyperparameters()
                .schedule(LrSchedulerType.CONSTANT_WITH_WARMUP, LrSchedulerKwargs.NONE, warmup)
                .freshLora(TinyLlama.LORA)
                .build();
        try (TinyRun run = new TinyRun(hyperparameters, DATA)) {
            tensors(run, "lora_B").forEach(tensor -> tensor.data().fill((byte) 0));
            run.run();
            assertThat(run.listener.warnings).isEmpty();
        }
    }

    /** An A of zeros gives B no gradient, and a B of zeros gives A none. */
    @Test
    void whatNoGradientReachesIsNamed() {
        try (TinyRun run = new TinyRun(steps(1e-3).lora(TinyLlama.LORA).build(), DATA)) {
            List<NamedTensor> dead = tensors(run, "layers.1.mlp.up_proj.lora");
            dead.forEach(tensor -> tensor.data().fill((byte) 0));
            run.run();
            assertThat(dead).hasSize(2);
            assertThat(run.listener.warnings).hasSize(1).first().satisfies(warning -> {
                assertThat(warning.about()).isEqualTo("unmoved");
                assertThat(warning.message())
                        .startsWith("Step 2 did not change 2 of the 28 trained tensors: "
                                + dead.getFirst().name() + ", "
                                + dead.getLast().name() + ".");
            });
        }
    }

    /** Attention that is multiplied by 0 gives what it is made of no gradient; weight decay moves that all the same. */
    @Test
    void whatWeightDecayAloneMovesIsNamedToo() {
        try (TinyRun run = new TinyRun(steps(1e-3).build(), DATA)) {
            tensors(run, "layers.1.self_attn.o_proj")
                    .forEach(tensor -> tensor.data().fill((byte) 0));
            Map<String, float[]> start = run.trained();
            run.listener.stopAfter = 1;
            run.run();
            String query = "model.layers.1.self_attn.q_proj.weight";
            assertThat(run.trained().get(query)).isNotEqualTo(start.get(query));
            assertThat(run.listener.warnings).hasSize(1);
            assertThat(run.listener.warnings.getFirst().message())
                    .startsWith("Step 1 did not change 4 of the 21 trained tensors: ")
                    .contains(
                            query,
                            "model.layers.1.self_attn.k_proj.weight",
                            "model.layers.1.self_attn.v_proj.weight",
                            "model.layers.1.input_layernorm.weight",
                            "weight decay");
        }
    }

    @Test
    void aRateThatFloat32CannotShowIsToldOf() {
        try (TinyRun run = new TinyRun(steps(1e-20).build(), DATA)) {
            run.run();
            assertThat(run.listener.warnings).hasSize(1);
            assertThat(run.listener.warnings.getFirst().message())
                    .startsWith("Step 1 did not change ")
                    .contains("model.norm.weight", "learning rate is too small");
        }
    }

    @Test
    void aGradientThatIsNoNumberThoughItsLossIsOneNamesItsRowsAndChangesNothing() {
        LossOptions huge = Options.of(LossType.SIGMOID).weights(List.of(1e39)).build(); // beyond float32
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(huge).build(), DATA)) {
            Map<String, float[]> start = run.trained();
            assertThatThrownBy(run::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("The gradient of step 1 is not finite")
                    .hasMessageContaining("rows [1, 2]");
            run.trained().forEach((name, values) -> assertThat(values).as(name).containsExactly(start.get(name)));
        }
    }

    @Test
    void weightsThatAreNoNumbersAfterTheLastStepAreNotSaved() {
        List<TrainingSnapshot> saved = new ArrayList<>();
        try (TinyRun run = new TinyRun(steps(1e40).maxSteps(1).build(), DATA)) {
            run.listener.onCheckpoint = saved::add;
            assertThatThrownBy(run::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("weights after step 1 is not finite")
                    .hasMessageContaining("rows [1, 2]");
            assertThat(saved).isEmpty();
        }
    }

    /** Trained far beyond what its eight preferences have to say, on ever the same of them. */
    @Test
    void aRunThatIsResumedWarnsOfWhatItWouldHaveWarnedOfAndOfNothingTwice() {
        Hyperparameters hyperparameters = steps(1e-2).epochs(15).build();
        try (TinyRun whole = new TinyRun(hyperparameters, VALIDATED)) {
            whole.run();
            assertThat(whole.listener.warnings)
                    .extracting(TrainingWarning::about)
                    .contains("eval_loss_rises")
                    .doesNotHaveDuplicates();
            for (int stop = 5; stop < 60; stop += 11) {
                List<TrainingWarning> told = new ArrayList<>();
                List<TinyRun.Saved> saved = new ArrayList<>();
                try (TinyRun stopped = new TinyRun(hyperparameters, VALIDATED);
                        TinyRun resumed = new TinyRun(hyperparameters, VALIDATED)) {
                    stopped.listener.stopAfter = stop;
                    stopped.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
                    stopped.run();
                    told.addAll(stopped.listener.warnings);
                    resumed.resumeFrom(saved.getLast()).run();
                    told.addAll(resumed.listener.warnings);
                }
                assertThat(told).as("stopped after step %d", stop).isEqualTo(whole.listener.warnings);
            }
        }
    }

    private static TinyRun.Builder steps(double learningRate) {
        return TinyRun.hyperparameters().learningRate(learningRate, LrSchedulerType.CONSTANT);
    }

    private static MapCache filled(LossOptions loss, TokenizedData data) {
        MapCache cache = new MapCache();
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(loss).build(), data)) {
            run.known = new KnownReference(cache, KEYS);
            run.run();
        }
        return cache;
    }

    private static List<NamedTensor> tensors(TinyRun run, String part) {
        return run.state.weights().stream()
                .filter(tensor -> tensor.name().contains(part))
                .toList();
    }
}
