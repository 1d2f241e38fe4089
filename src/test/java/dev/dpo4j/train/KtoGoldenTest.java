package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.MismatchedAnswers;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Labelled answers against TRL's KTOTrainer: kto.json, which {@code kto.py} wrote. */
class KtoGoldenTest {

    private static final JsonNode KTO = Golden.read("kto.json");
    private static final int LONGEST = 1000;

    static Stream<JsonNode> cases() {
        return KTO.get("cases").valueStream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void givesTrlsLossMetricsAndEveryGradientNorm(JsonNode golden) {
        PreferenceLoss loss = loss(golden.get("options"));
        List<TokenizedPreference> rows =
                rows(golden.get("rows").valueStream().map(i -> KTO.get("batch").get(i.intValue())));
        PreferenceBatch batch = PreferenceBatch.of(
                loss.looksAtMismatched() ? MismatchedAnswers.give(rows, rows.size(), LONGEST) : rows);
        try (Compute compute = Goldens.compute();
                LlamaWeights policyWeights =
                        Goldens.tiny(golden.get("policy_seed").longValue());
                LlamaWeights referenceWeights =
                        Goldens.tiny(golden.get("reference_seed").longValue());
                LlamaWeights gradients = policyWeights.zerosLike();
                Activations a = new Activations(
                        policyWeights.config(),
                        new PassSize(batch.tree().size(), batch.scored().size(), 16),
                        0,
                        2,
                        Activations.Keep.ALL)) {
            LlamaModel policy = new LlamaModel(policyWeights, null, compute);
            double[][] reference = BatchLogProbs.of(batch, new LlamaModel(referenceWeights, null, compute), a)
                    .sums(Summed.ANSWERS);
            BatchLogProbs forward = BatchLogProbs.of(batch, policy, a);
            List<PreferenceLosses> losses = loss.of(forward.answers(reference, loss));

            AnswerMetrics sums = new AnswerMetrics();
            double[][] policySums = forward.sums(Summed.ANSWERS);
            for (int p = 0; p < losses.size(); p++) {
                sums.add(losses.get(p), policySums[p], forward.totals().get(p), 1);
            }
            assertClose(sums.mean().loss(), golden.get("loss"), "loss");
            assertMetrics(sums.mean(), golden.get("metrics"));
            assertThat(rows.stream().mapToLong(TokenizedPreference::tokens).sum())
                    .isEqualTo(golden.at("/metrics/num_tokens").longValue());

            policy.backward(
                    batch.tree(),
                    batch.scored(),
                    forward.tokens(),
                    forward.slopes(losses, null, rows.size()),
                    a,
                    Gradients.of(gradients));
            for (NamedTensor gradient : gradients.tensors()) {
                assertClose(norm(compute, gradient), golden.get("grad_norms").get(gradient.name()), gradient.name());
            }
        }
    }

    @Test
    void rowsHaveTheMismatchedAnswersOfTrlsBatches() {
        JsonNode training = KTO.get("training");

        List<TokenizedPreference> given =
                MismatchedAnswers.give(rows(training.get("rows").valueStream()), 4, LONGEST);

        assertThat(given.stream().map(row -> Objects.requireNonNull(row.mismatched())))
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(training.get("rows")
                        .valueStream()
                        .map(row -> Goldens.ids(row.get("KL_completion_ids")))
                        .toList());
    }

    /** Ten rows in batches of four, of which the second has no bad answer, and the third, of two, has no good one; four times over. */
    @Test
    void takesTrlsTwelveSteps() {
        JsonNode training = KTO.get("training");
        JsonNode options = training.get("options");
        Hyperparameters hyperparameters = new Hyperparameters(
                options.get("beta").asDouble(),
                options(options),
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
                null,
                null,
                Evaluation.DEFAULT);
        List<TokenizedPreference> rows =
                MismatchedAnswers.give(rows(training.get("rows").valueStream()), hyperparameters.batchSize(), LONGEST);
        TokenizedData data = new TokenizedData(rows, List.of(), Cuts.NONE, Cuts.NONE);
        try (Compute compute = Goldens.compute();
                LlamaWeights policy = Goldens.tiny(training.get("policy_seed").longValue());
                LlamaWeights reference =
                        Goldens.tiny(training.get("reference_seed").longValue());
                TrainingState state = new TrainingState(policy, data, hyperparameters)) {
            RecordingListener listener = new RecordingListener();
            new DpoTrainer(
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

            assertThat(listener.reports).hasSize(12);
            for (StepReport report : listener.reports) {
                JsonNode step = training.get("steps").get(report.step() - 1);
                assertClose(report.metrics().loss(), step.get("loss"), "loss of step " + report.step());
                assertClose(report.gradNorm(), step.get("grad_norm"), "norm of step " + report.step());
                assertMetrics(report.metrics(), step);
                assertThat(report.numTokens()).isEqualTo(step.get("num_tokens").longValue());
            }
            for (NamedTensor tensor : policy.tensors()) {
                assertClose(
                        norm(compute, tensor),
                        training.get("final_weight_norms").get(tensor.name()),
                        tensor.name());
            }
        }
    }

    private static void assertMetrics(PreferenceMetrics metrics, JsonNode golden) {
        assertThat(metrics.hasChosen()).isEqualTo(golden.has("rewards/chosen"));
        assertThat(metrics.hasRejected()).isEqualTo(golden.has("rewards/rejected"));
        assertThat(metrics.hasMargins()).isEqualTo(golden.has("rewards/margins"));
        assertClose(Objects.requireNonNull(metrics.labels()).kl(), golden.get("kl"), "kl");
        assertClose(metrics.entropy(), golden.get("entropy"), "entropy");
        if (metrics.hasChosen()) {
            assertClose(metrics.rewardsChosen(), golden.get("rewards/chosen"), "rewards/chosen");
            assertClose(metrics.logpsChosen(), golden.get("logps/chosen"), "logps/chosen");
            assertClose(metrics.logitsChosen(), golden.get("logits/chosen"), "logits/chosen");
        }
        if (metrics.hasRejected()) {
            assertClose(metrics.rewardsRejected(), golden.get("rewards/rejected"), "rewards/rejected");
            assertClose(metrics.logpsRejected(), golden.get("logps/rejected"), "logps/rejected");
            assertClose(metrics.logitsRejected(), golden.get("logits/rejected"), "logits/rejected");
        }
        if (metrics.hasMargins()) {
            assertClose(metrics.rewardsMargins(), golden.get("rewards/margins"), "rewards/margins");
        }
    }

    private static PreferenceLoss loss(JsonNode options) {
        return options(options).loss(options.path("beta").asDouble(0.1));
    }

    private static LossOptions options(JsonNode options) {
        LossType type = LossType.of(options.path("loss_type").asString("kto")).orElseThrow();
        return Options.of(type)
                .labelWeights(
                        options.path("desirable_weight").asDouble(1),
                        options.path("undesirable_weight").asDouble(1))
                .build();
    }

    private static List<TokenizedPreference> rows(Stream<JsonNode> golden) {
        List<JsonNode> all = golden.toList();
        return IntStream.range(0, all.size())
                .mapToObj(i -> TokenizedPreference.labelled(
                        i + 1,
                        Goldens.ids(all.get(i).get("prompt_ids")),
                        Goldens.ids(all.get(i).get("completion_ids")),
                        all.get(i).get("label").asBoolean() ? Label.GOOD : Label.BAD))
                .toList();
    }

    private static double norm(Compute compute, NamedTensor tensor) {
        return Math.sqrt(compute.kernels().sumOfSquares(tensor.data(), tensor.size()));
    }

    private static void assertClose(double actual, JsonNode expected, String what) {
        assertThat(actual).as(what).isCloseTo(expected.asDouble(), within(2e-6 + 1e-4 * Math.abs(expected.asDouble())));
    }
}
