package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** DoRA against TRL's DPOTrainer with PEFT: dora.json, which {@code dora.py} wrote. */
class DoraGoldenTest {

    private static final JsonNode DORA = Golden.read("dora.json");

    static Stream<String> cases() {
        return DORA.get("cases").propertyNames().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void givesPeftsLossAndEveryGradientNorm(String name) {
        assertLossAndGradients(golden(name), Activations.Keep.ALL);
    }

    @ParameterizedTest
    @EnumSource(
            value = Activations.Keep.class,
            names = {"ALL", "RESIDUAL_STREAM"})
    void soItDoesWithActivationsThatAreComputedAgain(Activations.Keep keep) {
        assertLossAndGradients(golden("all layers"), keep);
    }

    private static void assertLossAndGradients(JsonNode golden, Activations.Keep keep) {
        List<TokenizedPreference> rows = Goldens.preferences(golden.get("rows"));
        PreferenceBatch batch = PreferenceBatch.of(rows);
        PreferenceLoss loss = LossOptions.SIGMOID.loss(DORA.at("/training/beta").asDouble());
        try (Compute compute = Goldens.compute();
                LlamaWeights base = Goldens.tiny(DORA.get("seed").longValue());
                LoraWeights adapter = adapter(base, lora(golden.get("options")), compute);
                LoraWeights gradients = adapter.zerosLike();
                Activations a = new Activations(
                        base.config(),
                        new PassSize(batch.tree().size(), batch.scored().size(), 64),
                        7,
                        2,
                        keep)) {
            LlamaModel policy = new LlamaModel(base, adapter, compute);
            double[][] reference = BatchLogProbs.of(batch, policy.base(), a).sums(Summed.ANSWERS);
            BatchLogProbs forward = BatchLogProbs.of(batch, policy, a);
            List<PreferenceLosses> losses = loss.of(forward.answers(reference, loss));

            double mean = losses.stream()
                    .mapToDouble(PreferenceLosses::loss)
                    .average()
                    .orElseThrow();
            assertClose(mean, golden.get("loss"), "loss");
            double[] slopes = forward.slopes(losses, null, rows.size());
            policy.backward(batch.tree(), batch.scored(), forward.tokens(), slopes, a, Gradients.of(gradients));
            assertNorms(compute, gradients.tensors(), golden.get("grad_norms"));
        }
    }

    /** Of all trained tensors, with decay: to transformers, magnitudes are weights like any other. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void takesTrlsTwelveSteps(String name) {
        JsonNode golden = golden(name);
        JsonNode options = DORA.get("training");
        LoraConfig lora = lora(golden.get("options"));
        Hyperparameters hyperparameters = new Hyperparameters(
                options.get("beta").asDouble(),
                LossOptions.SIGMOID,
                options.get("per_device_train_batch_size").asInt(),
                1,
                options.get("num_train_epochs").asInt(),
                null,
                options.get("learning_rate").asDouble(),
                LrSchedulerType.LINEAR,
                LrSchedulerKwargs.NONE,
                0,
                null,
                options.get("weight_decay").asDouble(),
                AdamOptions.DEFAULT,
                options.get("max_grad_norm").asDouble(),
                null,
                TruncationMode.KEEP_START,
                false,
                0,
                1,
                100,
                1,
                null,
                lora,
                null,
                Evaluation.DEFAULT);
        TokenizedData data =
                new TokenizedData(Goldens.preferences(golden.get("rows")), List.of(), Cuts.NONE, Cuts.NONE);
        try (Compute compute = Goldens.compute();
                LlamaWeights base = Goldens.tiny(DORA.get("seed").longValue());
                LoraWeights adapter = adapter(base, lora, compute);
                TrainingState state = new TrainingState(adapter, data, hyperparameters)) {
            LlamaModel policy = new LlamaModel(base, adapter, compute);
            RecordingListener listener = new RecordingListener();
            new DpoTrainer(
                            policy,
                            policy.base(),
                            KnownReference.NOTHING,
                            state,
                            data,
                            hyperparameters,
                            new Packing(1000, Activations.Keep.ALL),
                            false,
                            System::nanoTime)
                    .run(listener);

            assertThat(golden.get("not_decayed")).isEmpty();
            assertThat(listener.reports).hasSize(12).hasSize(golden.get("steps").size());
            for (StepReport report : listener.reports) {
                JsonNode step = golden.get("steps").get(report.step() - 1);
                String what = " of step " + report.step();
                assertClose(report.metrics().loss(), step.get("loss"), "loss" + what);
                assertClose(report.gradNorm(), step.get("grad_norm"), "norm" + what);
                assertClose(report.metrics().rewardsMargins(), step.get("rewards/margins"), "margins" + what);
                assertClose(report.metrics().logpsChosen(), step.get("logps/chosen"), "chosen" + what);
            }
            assertNorms(compute, adapter.tensors(), golden.get("final_weight_norms"));
        }
    }

    private static void assertNorms(Compute compute, List<NamedTensor> tensors, JsonNode norms) {
        assertThat(tensors.stream().map(NamedTensor::name))
                .containsExactlyInAnyOrderElementsOf(norms.propertyNames())
                .anyMatch(name -> name.endsWith(".lora_magnitude_vector"));
        for (NamedTensor tensor : tensors) {
            double norm = Math.sqrt(compute.kernels().sumOfSquares(tensor.data(), tensor.size()));
            assertClose(norm, norms.get(tensor.name()), tensor.name());
        }
    }

    private static JsonNode golden(String name) {
        return DORA.get("cases").get(name);
    }

    private static LoraConfig lora(JsonNode options) {
        JsonNode targets = options.get("target_modules");
        Set<String> names = new LinkedHashSet<>();
        targets.valueStream().forEach(target -> names.add(target.asString()));
        Map<String, Integer> ranks = new LinkedHashMap<>();
        options.path("rank_pattern")
                .properties()
                .forEach(entry -> ranks.put(entry.getKey(), entry.getValue().intValue()));
        Map<String, Double> alphas = new LinkedHashMap<>();
        options.path("alpha_pattern")
                .properties()
                .forEach(entry -> alphas.put(entry.getKey(), entry.getValue().doubleValue()));
        return new LoraConfig(
                options.get("r").intValue(),
                options.get("lora_alpha").doubleValue(),
                names.isEmpty() ? LoraConfig.LINEAR_LAYERS : names,
                options.path("use_rslora").asBoolean(false),
                ranks,
                alphas,
                0,
                true);
    }

    /** The script's: a fresh one whose A and B are set, and whose magnitudes are multiplied, by tensors in the order of their names. */
    private static LoraWeights adapter(LlamaWeights base, LoraConfig lora, Compute compute) {
        LoraWeights adapter = LoraWeights.initialise(base, lora, 0, compute);
        List<NamedTensor> tensors = adapter.tensors().stream()
                .sorted(Comparator.comparing(NamedTensor::name))
                .toList();
        for (int t = 0; t < tensors.size(); t++) {
            NamedTensor tensor = tensors.get(t);
            boolean magnitude = tensor.name().endsWith("magnitude_vector");
            for (long i = 0; i < tensor.size(); i++) {
                double number = ((i + 1) * 2654435761L + (t + 1) * 40503L) % (1L << 32) / (double) (1L << 32) - 0.5;
                float before = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                float value = magnitude ? before * (float) (1 + 0.4 * number) : (float) (0.3 * number);
                tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            }
        }
        adapter.changed();
        return adapter;
    }

    private static void assertClose(double actual, JsonNode expected, String what) {
        assertThat(actual).as(what).isCloseTo(expected.asDouble(), within(2e-6 + 1e-4 * Math.abs(expected.asDouble())));
    }
}
