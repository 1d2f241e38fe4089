package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.loss.DivergenceType;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The tiny Llama of losses-open.json against TRL: loss, token log-probabilities, every gradient norm by name. */
class LossGoldenTest {

    /** The cases whose losses are there. */
    static Stream<JsonNode> cases() {
        return Goldens.LOSSES
                .get("cases")
                .valueStream()
                .filter(golden -> options(golden).isPresent());
    }

    @Test
    void noneOfTheCasesIsLeftOutButThoseOfLossesToCome() {
        assertThat(cases()).hasSize(22);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void givesTrlsLossLogProbsAndEveryGradientNorm(JsonNode golden) {
        PreferenceLoss loss = options(golden).orElseThrow().loss(0.1);
        PreferenceBatch batch = PreferenceBatch.of(Goldens.batch());
        try (Compute compute = Goldens.compute();
                LlamaWeights policyWeights = Goldens.tiny(1);
                LlamaWeights referenceWeights = Goldens.tiny(2);
                LlamaWeights gradients = policyWeights.zerosLike();
                Activations a = new Activations(
                        policyWeights.config(),
                        batch.tree().size(),
                        batch.scored().size(),
                        16,
                        0,
                        2,
                        Activations.Keep.ALL)) {
            LlamaModel policy = new LlamaModel(policyWeights, null, compute);
            LlamaModel reference = new LlamaModel(referenceWeights, null, compute);
            double[] referenceTokens =
                    reference.logProbs(batch.tree(), batch.scored(), a).logProbs();
            TokenLogProbs policyTokens = policy.logProbs(batch.tree(), batch.scored(), a, loss.weighted());
            assertTokens(batch, policyTokens.logProbs(), "policy");
            assertTokens(batch, referenceTokens, "reference");

            List<PreferenceLosses> losses = loss.of(batch.answers(policyTokens, batch.sums(referenceTokens)));
            double sum = 0;
            double[][] slopes = new double[4][];
            for (int p = 0; p < 4; p++) {
                sum += losses.get(p).loss() / 4;
                slopes[p] = new double[] {
                    losses.get(p).slopes()[0] / 4, losses.get(p).slopes()[1] / 4
                };
            }
            assertClose(sum, golden.get("loss").asDouble(), "loss");

            policy.backward(
                    batch.tree(), batch.scored(), policyTokens, batch.spread(slopes), a, Gradients.of(gradients));
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

    /** A case's options; empty where one is not there yet. */
    private static Optional<LossOptions> options(JsonNode golden) {
        JsonNode options = golden.get("options");
        if (options.has("ld_alpha")) {
            return Optional.empty();
        }
        List<Optional<LossType>> types = options.get("loss_type")
                .valueStream()
                .map(name -> LossType.of(name.asString()))
                .toList();
        if (types.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        return Optional.of(new LossOptions(
                types.stream().map(Optional::orElseThrow).toList(),
                options.has("loss_weights")
                        ? options.get("loss_weights")
                                .valueStream()
                                .map(JsonNode::asDouble)
                                .toList()
                        : Collections.nCopies(types.size(), 1.0),
                options.path("label_smoothing").asDouble(0),
                DivergenceType.valueOf(
                        options.path("f_divergence_type").asString("reverse_kl").toUpperCase(Locale.ROOT)),
                options.path("f_alpha_divergence_coef").asDouble(0.5),
                LossOptions.DISCOPOP_TAU,
                LossOptions.DPOP_LAMBDA,
                LossOptions.CPO_ALPHA,
                LossOptions.SIMPO_GAMMA,
                false,
                false,
                options.path("use_weighting").asBoolean(false)));
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
