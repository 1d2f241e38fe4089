package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.tensor.Compute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SmolLM2-135M on real preferences, step by step as TRL's trainer took them: all weights, and an adapter continued. */
@Tag("real")
class RealTrajectoryTest {

    private static final Path SHARED = Path.of(System.getProperty("dpo4j.test.shared", "../shared"));
    private static final Packing PACKING = new Packing(2048, Activations.Keep.ALL);

    @Test
    void sixStepsOfAFullFineTuneAreTrls() throws IOException {
        JsonNode golden = golden("trajectory-open.json");
        List<StepReport> reports =
                fullFineTune(golden, golden.at("/hyperparameters/max_grad_norm").doubleValue());

        assertThat(reports).hasSize(golden.get("steps").size()).hasSize(6);
        for (int i = 0; i < 6; i++) {
            assertStep(reports.get(i), golden.get("steps").get(i));
        }
    }

    @Test
    void withClippingLeftOutTheStepsAreOthers() throws IOException {
        JsonNode golden = golden("trajectory-open.json");
        List<StepReport> reports = fullFineTune(golden, 0);

        boolean[] same = new boolean[6];
        for (int i = 0; i < 6; i++) {
            JsonNode expected = golden.get("steps").get(i);
            same[i] = Math.abs(reports.get(i).metrics().loss()
                                    / expected.get("loss").doubleValue()
                            - 1)
                    <= 5e-5;
        }
        assertThat(same).containsSubsequence(true, false); // the first step's loss knows nothing of clipping
    }

    private static List<StepReport> fullFineTune(JsonNode golden, double maxGradNorm) throws IOException {
        TokenizedData data = data(golden, golden);
        Hyperparameters hyperparameters = hyperparameters(golden, maxGradNorm, null);
        try (Compute compute = Goldens.compute();
                LlamaWeights weights = smolLm2();
                TrainingState state = new TrainingState(weights, data, hyperparameters)) {
            LlamaModel policy = new LlamaModel(weights, null, compute);
            return run(policy, state, data, hyperparameters);
        }
    }

    @Test
    void fourStepsOfAnAdapterFromWhereItWasAreTrls() throws IOException {
        JsonNode golden = golden("lora-open.json");
        TokenizedData data = data(golden, golden("trajectory-open.json"));
        LoraConfig lora = loraConfig();
        try (Compute compute = Goldens.compute();
                LlamaWeights weights = smolLm2();
                LoraWeights adapter = LoraWeights.allocate(weights.config(), lora)) {
            Path file = SHARED.resolve("goldens/adapter-open/adapter_model.safetensors");
            load(file, adapter);
            double maxGradNorm = golden.at("/hyperparameters/max_grad_norm").doubleValue();
            Hyperparameters hyperparameters = hyperparameters(golden, maxGradNorm, lora);
            try (TrainingState state = new TrainingState(adapter, data, hyperparameters)) {
                LlamaModel policy = new LlamaModel(weights, adapter, compute);
                List<StepReport> reports = run(policy, state, data, hyperparameters);

                assertThat(reports).hasSize(golden.get("steps").size()).hasSize(4);
                for (int i = 0; i < 4; i++) {
                    assertStep(reports.get(i), golden.get("steps").get(i));
                }
                JsonNode norms = golden.get("final_norms_layer_0");
                assertThat(norms.size()).isEqualTo(6);
                for (String name : norms.propertyNames()) {
                    NamedTensor tensor = adapter.tensors().stream()
                            .filter(t -> t.name().equals(name.replace(".default.", ".")))
                            .findFirst()
                            .orElseThrow();
                    double expected = norms.get(name).doubleValue();
                    assertThat(Math.sqrt(compute.kernels().sumOfSquares(tensor.data(), tensor.size())))
                            .as(name)
                            .isCloseTo(expected, within(5e-4 * expected));
                }
            }
        }
    }

    private static void assertStep(StepReport actual, JsonNode expected) {
        String step = "step " + expected.get("step").intValue() + ": ";
        PreferenceMetrics metrics = actual.metrics();
        double loss = expected.get("loss").doubleValue();
        assertThat(metrics.loss()).as(step + "loss").isCloseTo(loss, within(5e-5 * loss));
        double norm = expected.get("grad_norm").doubleValue();
        assertThat(actual.gradNorm()).as(step + "grad_norm").isCloseTo(norm, within(5e-4 * norm));
        assertClose(metrics.logpsChosen(), expected, "logps/chosen", 0.01, step);
        assertClose(metrics.logpsRejected(), expected, "logps/rejected", 0.01, step);
        assertClose(metrics.rewardsMargins(), expected, "rewards/margins", 2e-4, step);
        assertClose(metrics.rewardsChosen(), expected, "rewards/chosen", 2e-4, step);
        assertClose(metrics.rewardsRejected(), expected, "rewards/rejected", 2e-4, step);
        assertClose(metrics.logitsChosen(), expected, "logits/chosen", 1e-3, step);
        assertClose(metrics.logitsRejected(), expected, "logits/rejected", 1e-3, step);
        assertClose(metrics.entropy(), expected, "entropy", 1e-4, step);
        assertClose(metrics.meanTokenAccuracy(), expected, "mean_token_accuracy", 1e-6, step);
        assertThat(metrics.rewardsAccuracies())
                .as(step + "accuracies")
                .isEqualTo(expected.get("rewards/accuracies").doubleValue());
        assertThat(actual.learningRate())
                .as(step + "learning_rate")
                .isEqualTo(expected.get("learning_rate").doubleValue());
        assertThat(actual.numTokens()).as(step + "num_tokens").isEqualTo((long)
                expected.get("num_tokens").doubleValue());
        assertThat(actual.epoch())
                .as(step + "epoch")
                .isCloseTo(expected.get("epoch").doubleValue(), within(1e-4));
    }

    private static void assertClose(double actual, JsonNode expected, String name, double tolerance, String step) {
        assertThat(actual).as(step + name).isCloseTo(expected.get(name).doubleValue(), within(tolerance));
    }

    private static List<StepReport> run(
            LlamaModel policy, TrainingState state, TokenizedData data, Hyperparameters hyperparameters) {
        RecordingListener listener = new RecordingListener();
        TrainingResult result = new DpoTrainer(
                        policy, null, KnownReference.NOTHING, state, data, hyperparameters, PACKING, false, () -> 0)
                .run(listener);
        assertThat(result.completed()).isTrue();
        return listener.reports;
    }

    private static Hyperparameters hyperparameters(JsonNode golden, double maxGradNorm, @Nullable LoraConfig lora) {
        JsonNode given = golden.get("hyperparameters");
        return new Hyperparameters(
                given.get("beta").doubleValue(),
                LossOptions.SIGMOID,
                golden.get("batch_size").intValue(),
                given.get("gradient_accumulation_steps").intValue(),
                1,
                null,
                given.get("learning_rate").doubleValue(),
                LrSchedulerType.valueOf(
                        given.get("lr_scheduler_type").stringValue().toUpperCase(Locale.ROOT)),
                LrSchedulerKwargs.NONE,
                given.get("warmup_steps").intValue(),
                null,
                given.get("weight_decay").doubleValue(),
                AdamOptions.DEFAULT,
                maxGradNorm,
                null,
                TruncationMode.KEEP_START,
                false,
                42,
                1,
                null,
                2,
                null,
                lora,
                lora == null ? null : "smollm2", // an adapter that has been trained before
                Evaluation.DEFAULT);
    }

    /** The rows that a golden file names, with the token ids that {@code tokenised} lists for them. */
    private static TokenizedData data(JsonNode golden, JsonNode tokenised) {
        List<Integer> known = numbers(tokenised.get("rows"));
        List<TokenizedPreference> all = Goldens.preferences(tokenised.get("tokenised"));
        List<TokenizedPreference> rows = numbers(golden.get("rows")).stream()
                .map(row -> all.get(known.indexOf(row)))
                .toList();
        return new TokenizedData(rows, List.of(), Cuts.NONE, Cuts.NONE);
    }

    private static List<Integer> numbers(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
    }

    private static JsonNode golden(String name) {
        return JsonMapper.shared()
                .readTree(SHARED.resolve("goldens").resolve(name).toFile());
    }

    private static LoraConfig loraConfig() {
        JsonNode config = golden("adapter-open/adapter_config.json");
        Set<String> targets = StreamSupport.stream(config.get("target_modules").spliterator(), false)
                .map(JsonNode::stringValue)
                .collect(Collectors.toSet());
        return new LoraConfig(
                config.get("r").intValue(), config.get("lora_alpha").doubleValue(), targets);
    }

    private static LlamaWeights smolLm2() throws IOException {
        Path folder = Path.of(Objects.requireNonNull(
                System.getProperty("dpo4j.test.smollm2"), "Say where SmolLM2 is: -Ddpo4j.test.smollm2=<its folder>"));
        LlamaConfig config = LlamaConfigReader.read(
                JsonMapper.shared().readTree(folder.resolve("config.json").toFile()));
        LlamaWeights weights = LlamaWeights.allocate(config);
        load(folder.resolve("model.safetensors"), weights);
        return weights;
    }

    private static void load(Path file, ParameterSet into) throws IOException {
        Map<String, NamedTensor> tensors = into.tensors().stream().collect(Collectors.toMap(NamedTensor::name, t -> t));
        SafetensorsReader.read(
                file,
                tensor -> Objects.requireNonNull(tensors.remove(tensor.name()), tensor.name())
                        .data());
        assertThat(tensors).as("tensors that " + file + " lacks").isEmpty();
    }
}
