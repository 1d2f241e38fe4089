package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Several optimizer steps of the tiny Llama, as plain torch and as TRL's trainer take them. */
class TrajectoryGoldenTest {

    @Test
    void takesTrlsTwelveStepsWithWarmUpAndDecayOnMatricesOnly() {
        JsonNode golden = Goldens.LOSSES.get("trainer_trajectory");
        Hyperparameters hyperparameters = new Hyperparameters(
                0.1,
                LossOptions.SIGMOID,
                4,
                1,
                12,
                null,
                1e-3,
                LrSchedulerType.LINEAR,
                LrSchedulerKwargs.NONE,
                3,
                null,
                0.1,
                AdamOptions.DEFAULT,
                1.0,
                null,
                TruncationMode.KEEP_START,
                false,
                0,
                1,
                100,
                1,
                null,
                null,
                null,
                Evaluation.DEFAULT);
        TokenizedData data = new TokenizedData(Goldens.batch(), List.of(), Cuts.NONE, Cuts.NONE);
        try (Compute compute = Goldens.compute();
                LlamaWeights policy = Goldens.tiny(1);
                LlamaWeights reference = Goldens.tiny(2);
                TrainingState state = new TrainingState(policy, data, hyperparameters)) {
            RecordingListener listener = new RecordingListener();
            TrainingResult result = new DpoTrainer(
                            new LlamaModel(policy, null, compute),
                            new LlamaModel(reference, null, compute),
                            KnownReference.NOTHING,
                            state,
                            data,
                            hyperparameters,
                            new Packing(1000, Activations.Keep.ALL),
                            false,
                            System::nanoTime)
                    .run(listener);

            assertThat(result).isEqualTo(new TrainingResult(true, 12, 12 * 53));
            assertThat(listener.reports).hasSize(12);
            for (int i = 0; i < 12; i++) {
                JsonNode expected = golden.get("steps").get(i);
                StepReport actual = listener.reports.get(i);
                assertClose(actual.metrics().loss(), expected.get("loss").asDouble(), "loss of step " + (i + 1));
                assertClose(actual.gradNorm(), expected.get("grad_norm").asDouble(), "norm of step " + (i + 1));
                assertThat(actual.learningRate())
                        .isCloseTo(expected.get("learning_rate").asDouble(), within(1e-15));
            }
            JsonNode norms = golden.get("final_weight_norms");
            assertThat(policy.tensors()).hasSize(norms.size());
            for (NamedTensor tensor : policy.tensors()) {
                double norm = Math.sqrt(compute.kernels().sumOfSquares(tensor.data(), tensor.size()));
                assertClose(norm, norms.get(tensor.name()).asDouble(), tensor.name());
            }
        }
    }

    @Test
    void takesPlainTorchsTenStepsWithDecayOnEverything() {
        JsonNode golden = Goldens.LOSSES.get("adamw_trajectory");
        PreferenceBatch batch = PreferenceBatch.of(Goldens.batch());
        try (Compute compute = Goldens.compute();
                LlamaWeights weights = Goldens.tiny(1);
                LlamaWeights referenceWeights = Goldens.tiny(2);
                LlamaWeights gradients = weights.zerosLike();
                LlamaWeights first = weights.zerosLike();
                LlamaWeights second = weights.zerosLike();
                Activations a = new Activations(
                        weights.config(),
                        new PassSize(batch.tree().size(), batch.scored().size(), 16),
                        0,
                        2,
                        Activations.Keep.ALL)) {
            LlamaModel policy = new LlamaModel(weights, null, compute);
            double[][] reference = BatchLogProbs.of(batch, new LlamaModel(referenceWeights, null, compute), a)
                    .sums(Summed.ANSWERS);
            PreferenceLoss sigmoid = LossOptions.SIGMOID.loss(0.1);
            AdamW adamW = new AdamW(AdamOptions.DEFAULT, compute, weights, gradients, first, second, tensor -> true);
            for (int step = 1; step <= 10; step++) {
                gradients.clear();
                BatchLogProbs forward = BatchLogProbs.of(batch, policy, a);
                List<PreferenceLosses> losses = sigmoid.of(forward.answers(reference, sigmoid));
                double loss = losses.stream()
                        .mapToDouble(PreferenceLosses::loss)
                        .average()
                        .orElseThrow();
                double[] slopes = forward.slopes(losses, null, 4);
                policy.backward(batch.tree(), batch.scored(), forward.tokens(), slopes, a, Gradients.of(gradients));
                double norm = adamW.gradientNorm();
                adamW.step(step, 1e-3, AdamW.clipping(norm, 1.0), 0.01);

                JsonNode expected = golden.get("steps").get(step - 1);
                assertClose(loss, expected.get("loss").asDouble(), "loss of step " + step);
                assertClose(norm, expected.get("grad_norm").asDouble(), "norm of step " + step);
            }
        }
    }

    private static void assertClose(double actual, double expected, String what) {
        assertThat(actual).as(what).isCloseTo(expected, within(2e-5 * Math.abs(expected)));
    }
}
