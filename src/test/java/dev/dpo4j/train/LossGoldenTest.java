package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.loss.DivergenceType;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The tiny Llama of losses-open.json, and of ld-alpha.json that {@code ld_alpha.py} wrote, against TRL: loss, token log-probabilities, every gradient norm by name. */
class LossGoldenTest {

    static Stream<JsonNode> cases() {
        return Goldens.cases();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void givesTrlsLossLogProbsAndEveryGradientNorm(JsonNode golden) {
        PreferenceLoss loss = options(golden).loss(0.1);
        PreferenceBatch batch = PreferenceBatch.of(Goldens.batch());
        try (Compute compute = Goldens.compute();
                LlamaWeights policyWeights = Goldens.tiny(1);
                LlamaWeights referenceWeights = Goldens.tiny(2);
                LlamaWeights gradients = policyWeights.zerosLike();
                Activations a = new Activations(
                        policyWeights.config(),
                        new PassSize(batch.tree().size(), batch.scored().size(), 16),
                        0,
                        2,
                        Activations.Keep.ALL)) {
            LlamaModel policy = new LlamaModel(policyWeights, null, compute);
            LlamaModel reference = new LlamaModel(referenceWeights, null, compute);
            BatchLogProbs ofReference = BatchLogProbs.of(batch, reference, a);
            BatchLogProbs ofPolicy = BatchLogProbs.of(batch, policy, a);
            assertTokens(batch, ofPolicy.tokens().logProbs(), "policy");
            assertTokens(batch, ofReference.tokens().logProbs(), "reference");

            Summed summed = Summed.of(loss);
            List<PreferenceLosses> losses = loss.of(ofPolicy.answers(ofReference.sums(summed), loss));
            double sum = losses.stream()
                    .mapToDouble(PreferenceLosses::loss)
                    .average()
                    .orElseThrow();
            assertClose(sum, golden.get("loss").asDouble(), "loss");

            AnswerMetrics sums = new AnswerMetrics();
            for (int p = 0; p < losses.size(); p++) {
                sums.add(losses.get(p), new double[2], ofPolicy.totals().get(p), 1);
            }
            JsonNode metrics = golden.get("metrics");
            assertClose(sums.mean().entropy(), metrics.get("entropy").asDouble(), "entropy");
            assertClose(sums.mean().logitsChosen(), metrics.get("logits/chosen").asDouble(), "logits/chosen");
            assertClose(
                    sums.mean().logitsRejected(), metrics.get("logits/rejected").asDouble(), "logits/rejected");
            assertThat(sums.mean().meanTokenAccuracy())
                    .isEqualTo(metrics.get("mean_token_accuracy").asDouble());

            policy.backward(
                    batch.tree(),
                    batch.scored(),
                    ofPolicy.tokens(),
                    ofPolicy.slopes(losses, loss.ldAlpha(), 4),
                    a,
                    Gradients.of(gradients));
            JsonNode norms = golden.get("grad_norms");
            assertThat(gradients.tensors().stream().map(NamedTensor::name).toList())
                    .containsExactlyInAnyOrderElementsOf(norms.propertyNames());
            double squares = 0;
            for (NamedTensor gradient : gradients.tensors()) {
                double square = compute.kernels().sumOfSquares(gradient.data(), gradient.size());
                squares += square;
                assertClose(Math.sqrt(square), norms.get(gradient.name()).asDouble(), gradient.name());
            }
            assertClose(Math.sqrt(squares), golden.get("grad_norm").asDouble(), "grad_norm");
        }
    }

    private static LossOptions options(JsonNode golden) {
        JsonNode options = golden.get("options");
        List<LossType> types = options.get("loss_type")
                .valueStream()
                .map(name -> LossType.of(name.asString()).orElseThrow())
                .toList();
        return Options.of(types)
                .weights(
                        options.has("loss_weights")
                                ? options.get("loss_weights")
                                        .valueStream()
                                        .map(JsonNode::asDouble)
                                        .toList()
                                : Collections.nCopies(types.size(), 1.0))
                .labelSmoothing(options.path("label_smoothing").asDouble(0))
                .divergence(
                        DivergenceType.valueOf(options.path("f_divergence_type")
                                .asString("reverse_kl")
                                .toUpperCase(Locale.ROOT)),
                        options.path("f_alpha_divergence_coef").asDouble(0.5))
                .weighted(options.path("use_weighting").asBoolean(false))
                .ldAlpha(options.has("ld_alpha") ? options.get("ld_alpha").asDouble() : null)
                .build();
    }

    private static void assertTokens(PreferenceBatch batch, double[] tokens, String model) {
        for (int p = 0; p < 4; p++) {
            JsonNode golden = Goldens.LOSSES.get("token_logps").get(p);
            for (int a = 0; a < 2; a++) {
                JsonNode expected =
                        golden.get(List.of("chosen_ids", "rejected_ids").get(a)).get(model);
                for (int i = 0; i < expected.size(); i++) {
                    assertClose(
                            tokens[batch.starts()[p][a] + i], expected.get(i).asDouble(), model + " token");
                }
            }
        }
    }

    static void assertClose(double actual, double expected, String what) {
        assertThat(actual).as(what).isCloseTo(expected, within(1e-6 + 1e-4 * Math.abs(expected)));
    }
}
