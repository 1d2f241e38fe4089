package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.PaperLlama;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.Alone;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.tensor.Compute;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The DPO loss's gradient by all weights of a model, written out by hand, against central differences: along the gradient itself and in
 * random directions. The differences are those of {@link PaperLlama}, in double precision and with nothing in common with the code
 * under test, so that rounding leaves the digits that are compared.
 */
class DpoGradientTest {

    private static final PreferenceLoss LOSS = LossOptions.SIGMOID.loss(0.4);
    private static final double STEP = 1e-5;

    /** One with two rejected answers and more rows than a block of attention has, one with an answer of one token and a weight. */
    private static final List<TokenizedPreference> PREFERENCES = preferences();

    /** Some reference; none is right or wrong. */
    private static final double[][] REFERENCE = {{-480, -41, -38}, {-7, -29}};

    private static List<TokenizedPreference> preferences() {
        Random random = new Random(11);
        return List.of(
                new TokenizedPreference(
                        1,
                        TinyLlama.tokens(random, 66),
                        TinyLlama.tokens(random, 70),
                        List.of(TinyLlama.tokens(random, 7), TinyLlama.tokens(random, 6))),
                new TokenizedPreference(
                                2,
                                TinyLlama.tokens(random, 3),
                                TinyLlama.tokens(random, 1),
                                List.of(TinyLlama.tokens(random, 4)))
                        .withWeight(2.5));
    }

    static List<LlamaConfig> configs() {
        return List.of(TinyLlama.UNTIED, TinyLlama.TIED, TinyLlama.LLAMA3);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyWeightsGradientIsTheSlopeOfTheLoss(LlamaConfig config) {
        try (Compute compute = new Compute(KernelSelection.best(), 2);
                LlamaWeights weights = TinyLlama.weights(config, 7);
                LlamaWeights gradients = weights.zerosLike()) {
            double loss = gradient(new LlamaModel(weights, null, compute), Gradients.of(gradients));
            assertSlopes(weights, gradients, loss, values -> loss(new PaperLlama(config, values)));
        }
    }

    @Test
    void everyAdapterWeightsGradientIsTheSlopeOfTheLossAndTheBaseHasNone() {
        assertAdapterSlopes(TinyLlama.LORA, layer -> 5.0 / 3);
    }

    @Test
    void soIsThatOfAnAdapterOfSeveralRanksAndScales() {
        assertAdapterSlopes(TinyLlama.PATTERNED_LORA, TinyLlama::scaleOfPatternedLora);
    }

    private static void assertAdapterSlopes(LoraConfig lora, ToDoubleFunction<String> scale) {
        LlamaConfig config = TinyLlama.UNTIED;
        try (Compute compute = new Compute(KernelSelection.best(), 2);
                LlamaWeights weights = TinyLlama.weights(config, 7);
                LoraWeights adapter = TinyLlama.adapter(config, lora, 8);
                LoraWeights gradients = adapter.zerosLike()) {
            Map<String, double[]> base = PaperLlama.values(weights);
            double loss = gradient(new LlamaModel(weights, adapter, compute), Gradients.of(gradients));
            assertSlopes(
                    adapter,
                    gradients,
                    loss,
                    values -> loss(new PaperLlama(config, PaperLlama.merged(base, values, scale))));
            assertThat(gradients.tensors()).hasSize(2 * 7 * 2);
            assertSame(PaperLlama.values(weights), base);
        }
    }

    /**
     * The lengths of rows are constants to the backward pass (section 4.3 of the paper), and so to the slopes. What is asked for beside an
     * adapter's own gradient is that of the weights with it merged in.
     */
    @Test
    void soIsThatOfADoraWhoseNormsStayAsTheyAre() {
        assertDoraSlopes(TinyLlama.DORA, layer -> 5.0 / 3);
        assertDoraSlopes(TinyLlama.dora(TinyLlama.PATTERNED_LORA), TinyLlama::scaleOfPatternedLora);
    }

    private static void assertDoraSlopes(LoraConfig lora, ToDoubleFunction<String> scale) {
        LlamaConfig config = TinyLlama.UNTIED;
        try (Compute compute = new Compute(KernelSelection.best(), 2);
                LlamaWeights weights = TinyLlama.weights(config, 7);
                LoraWeights adapter = TinyLlama.adapter(config, lora, 8);
                LoraWeights gradients = adapter.zerosLike();
                LlamaWeights mergedGradients = weights.zerosLike()) {
            Map<String, double[]> base = PaperLlama.values(weights);
            Map<String, double[]> at = PaperLlama.values(adapter);
            Map<String, double[]> norms = PaperLlama.rowNorms(PaperLlama.merged(base, at, scale), at);
            LlamaModel model = new LlamaModel(weights, adapter, compute);
            double loss = gradient(model, Gradients.of(gradients));
            assertSlopes(
                    adapter,
                    gradients,
                    loss,
                    values -> loss(new PaperLlama(
                            config, PaperLlama.dora(PaperLlama.merged(base, values, scale), values, norms))));
            assertThat(gradients.tensors()).hasSize(2 * 7 * 3);
            gradient(model, Gradients.of(mergedGradients));
            assertSlopes(
                    PaperLlama.dora(PaperLlama.merged(base, at, scale), at, norms),
                    mergedGradients,
                    loss,
                    values -> loss(new PaperLlama(config, values)));
        }
    }

    @Test
    void theBasesGradientBelowAnAdapterIsItsSlopeToo() {
        LlamaConfig config = TinyLlama.UNTIED;
        try (Compute compute = new Compute(KernelSelection.best(), 2);
                LlamaWeights weights = TinyLlama.weights(config, 7);
                LoraWeights adapter = TinyLlama.adapter(config, 8);
                LlamaWeights gradients = weights.zerosLike()) {
            Map<String, double[]> values = PaperLlama.values(adapter);
            double loss = gradient(new LlamaModel(weights, adapter, compute), Gradients.of(gradients));
            assertSlopes(
                    weights,
                    gradients,
                    loss,
                    base -> loss(new PaperLlama(config, PaperLlama.merged(base, values, layer -> 5.0 / 3))));
        }
    }

    private static void assertSame(Map<String, double[]> actual, Map<String, double[]> expected) {
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).containsExactly(values));
    }

    private static void assertSlopes(
            ParameterSet weights, ParameterSet gradients, double loss, ToDoubleFunction<Map<String, double[]>> paper) {
        assertSlopes(PaperLlama.values(weights), gradients, loss, paper);
    }

    private static void assertSlopes(
            Map<String, double[]> at,
            ParameterSet gradients,
            double loss,
            ToDoubleFunction<Map<String, double[]>> paper) {
        Map<String, double[]> gradient = PaperLlama.values(gradients);
        assertThat(loss).isCloseTo(paper.applyAsDouble(at), within(1e-5));
        gradient.forEach(
                (name, values) -> assertThat(dot(values, values)).as(name).isPositive());

        assertSlope(at, gradient, unit(gradient), paper, "along the gradient");
        Random random = new Random(9);
        for (int i = 0; i < 3; i++) {
            Map<String, double[]> direction = new HashMap<>();
            gradients
                    .tensors()
                    .forEach(tensor -> direction.put(
                            tensor.name(), random.doubles(tensor.size(), -1, 1).toArray()));
            assertSlope(at, gradient, unit(direction), paper, "random direction " + i);
        }
        // Directions in all weights at once are ruled by the large tensors; the small ones get their own.
        gradient.forEach((name, values) -> assertSlope(at, gradient, unit(Map.of(name, values)), paper, name));
    }

    private static void assertSlope(
            Map<String, double[]> at,
            Map<String, double[]> gradient,
            Map<String, double[]> direction,
            ToDoubleFunction<Map<String, double[]>> paper,
            String what) {
        double expected =
                (paper.applyAsDouble(moved(at, direction, STEP)) - paper.applyAsDouble(moved(at, direction, -STEP)))
                        / (2 * STEP);
        double actual = 0;
        for (Map.Entry<String, double[]> tensor : direction.entrySet()) {
            actual += dot(tensor.getValue(), PaperLlama.tensor(gradient, tensor.getKey()));
        }
        assertThat(actual).as(what).isCloseTo(expected, within(1e-3 * Math.abs(expected)));
    }

    private static Map<String, double[]> moved(
            Map<String, double[]> from, Map<String, double[]> direction, double step) {
        Map<String, double[]> moved = new HashMap<>(from);
        direction.forEach((name, values) -> {
            double[] tensor = PaperLlama.tensor(from, name).clone();
            for (int i = 0; i < tensor.length; i++) {
                tensor[i] += step * values[i];
            }
            moved.put(name, tensor);
        });
        return moved;
    }

    private static Map<String, double[]> unit(Map<String, double[]> direction) {
        double length = Math.sqrt(
                direction.values().stream().mapToDouble(v -> dot(v, v)).sum());
        Map<String, double[]> unit = new HashMap<>();
        direction.forEach((name, values) -> {
            double[] scaled = values.clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] /= length;
            }
            unit.put(name, scaled);
        });
        return unit;
    }

    private static double dot(double[] a, double[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
        }
        return dot;
    }

    /** The sum of the preferences' losses, each times its weight. */
    private static double loss(PaperLlama paper) {
        double loss = 0;
        for (int p = 0; p < PREFERENCES.size(); p++) {
            TokenizedPreference preference = PREFERENCES.get(p);
            double[] sums = preference.scoredAnswers().stream()
                    .mapToDouble(answer -> sum(paper.logProbs(preference.prompt(), answer)))
                    .toArray();
            loss += preference.weight()
                    * Alone.of(LOSS, new AnswerLogProbs(sums, REFERENCE[p], preference.lengths()))
                            .loss();
        }
        return loss;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /** Adds the gradient of the same sum. */
    private static double gradient(LlamaModel policy, Gradients gradients) {
        PreferenceBatch batch = PreferenceBatch.of(PREFERENCES);
        try (Activations a = new Activations(
                policy.config(),
                new PassSize(batch.tree().size(), batch.scored().size(), 136),
                policy.rank(),
                2,
                Activations.Keep.ALL)) {
            BatchLogProbs forward = BatchLogProbs.of(batch, policy, a);
            List<PreferenceLosses> losses = LOSS.of(forward.answers(REFERENCE, LOSS));
            double loss = losses.get(0).loss() + 2.5 * losses.get(1).loss();
            double[] slopes = forward.slopes(losses, null, 1);
            policy.backward(batch.tree(), batch.scored(), forward.tokens(), slopes, a, gradients);
            return loss;
        }
    }
}
