package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Dropout;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training with {@code lora_dropout}. */
class DropoutTest {

    static final LoraConfig LORA =
            new LoraConfig(3, 5, LoraConfig.LINEAR_LAYERS, false, Map.of(), Map.of(), 0.4, false);

    static final LoraConfig DORA = TinyLlama.dora(LORA);

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(6), TinyRun.preferences(8).subList(6, 8), Cuts.NONE, Cuts.NONE);

    /** With the masks held fixed the gradient is that of a function like any other. */
    @ParameterizedTest
    @EnumSource(
            value = Activations.Keep.class,
            names = {"ALL", "RESIDUAL_STREAM"})
    void gradientsAreCentralDifferencesUnderTheSameMasks(Activations.Keep keep) {
        assertCentralDifferences(LORA, keep);
    }

    /** Of DoRA the norms are held fixed too: nobody says that the adapter has changed. */
    @ParameterizedTest
    @EnumSource(
            value = Activations.Keep.class,
            names = {"ALL", "RESIDUAL_STREAM"})
    void soAreThoseOfDora(Activations.Keep keep) {
        assertCentralDifferences(DORA, keep);
    }

    private static void assertCentralDifferences(LoraConfig config, Activations.Keep keep) {
        List<TokenizedPreference> preferences = TinyRun.preferences(3);
        PreferenceBatch batch = PreferenceBatch.of(preferences);
        double[] slopes = new Random(3).doubles(batch.scored().size(), -1, 1).toArray();
        try (Compute compute = Goldens.compute();
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 5);
                LoraWeights lora = TinyLlama.adapter(TinyLlama.UNTIED, config, 6);
                LoraWeights gradients = lora.zerosLike();
                Dropout dropout = new Dropout(lora, config.dropout());
                Activations a = new Activations(
                        weights.config(),
                        new PassSize(
                                batch.tree().size(),
                                batch.scored().size(),
                                batch.tree().size()),
                        lora.config().r(),
                        compute.threads(),
                        keep)) {
            LlamaModel model = new LlamaModel(weights, lora, compute).with(dropout);
            dropout.begin(1, 2, 3);
            TokenLogProbs tokens = model.logProbs(batch.tree(), batch.scored(), a);
            model.backward(batch.tree(), batch.scored(), tokens, slopes, a, Gradients.of(gradients));
            Random random = new Random(9);
            for (int t = 0; t < lora.tensors().size(); t++) {
                NamedTensor tensor = lora.tensors().get(t);
                float[] direction = new float[(int) tensor.size()];
                double alongIt = 0;
                for (int i = 0; i < direction.length; i++) {
                    direction[i] = (float) random.nextGaussian();
                    alongIt += direction[i] * gradients.tensors().get(t).data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                }
                double h = 2e-3;
                move(tensor, direction, h);
                double ahead = value(model, batch, slopes, a);
                move(tensor, direction, -2 * h);
                double behind = value(model, batch, slopes, a);
                move(tensor, direction, h);
                assertThat((ahead - behind) / (2 * h))
                        .as(tensor.name())
                        .isCloseTo(alongIt, within(2e-2 + 5e-3 * Math.abs(alongIt)));
            }
        }
    }

    private static double value(LlamaModel model, PreferenceBatch batch, double[] slopes, Activations a) {
        double[] logProbs = model.logProbs(batch.tree(), batch.scored(), a).logProbs();
        double value = 0;
        for (int i = 0; i < slopes.length; i++) {
            value += slopes[i] * logProbs[i];
        }
        return value;
    }

    private static void move(NamedTensor tensor, float[] direction, double by) {
        for (int i = 0; i < direction.length; i++) {
            float value = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (value + by * direction[i]));
        }
    }

    @Test
    void trainingDropsAndNothingElseDoes() {
        Map<String, float[]> without;
        PreferenceMetrics reference;
        try (TinyRun run = run(TinyLlama.LORA)) {
            run.run();
            without = run.trained();
            reference = run.listener.validations.getFirst();
        }
        try (TinyRun run = run(LORA)) {
            run.run();
            assertThat(run.listener.validations.getFirst())
                    .as("the reference, and what is evaluated, are without")
                    .isEqualTo(reference);
            assertThat(run.listener.reports.getFirst().metrics().rewardsMargins())
                    .as("a dropped policy is not its reference")
                    .isNotZero();
            run.trained()
                    .forEach((name, values) ->
                            assertThat(Arrays.equals(values, without.get(name))).isFalse());
        }
    }

    @Test
    void activationsThatAreComputedAgainAreDroppedFromAlike() {
        Map<String, float[]> kept;
        try (TinyRun run = run(LORA)) {
            run.run();
            kept = run.trained();
        }
        try (TinyRun run = run(LORA)) {
            run.keep = Activations.Keep.RESIDUAL_STREAM;
            run.run();
            run.trained().forEach((name, values) -> assertThat(values).containsExactly(kept.get(name)));
        }
    }

    private static TinyRun run(LoraConfig lora) {
        return new TinyRun(TinyRun.hyperparameters().lora(lora).build(), DATA);
    }
}
