package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.AdaptedLayer;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceScoringTest {

    private static final long MUCH = 1L << 30;
    private static final PreferenceLoss LOSS = LossOptions.SIGMOID.loss(0.1);

    private static Compute compute;
    private static LlamaWeights one;
    private static LlamaWeights two;

    @BeforeAll
    static void load() {
        compute = Goldens.compute();
        one = Goldens.tiny(1);
        two = Goldens.tiny(2);
    }

    @AfterAll
    static void free() {
        one.close();
        two.close();
        compute.close();
    }

    @Test
    void isTrlsLossAndGradientNorm() {
        PreferenceScores scores =
                new PreferenceScoring(model(one), model(two), LOSS, MUCH).score(Goldens.batch(), true, () -> {});

        var golden = Goldens.LOSSES.get("cases").get(0);
        LossGoldenTest.assertClose(scores.loss(), golden.get("loss").asDouble(), "loss");
        LossGoldenTest.assertClose(
                Objects.requireNonNull(scores.gradientNorm()),
                golden.get("grad_norm").asDouble(),
                "grad_norm");
    }

    @ParameterizedTest
    @EnumSource(
            value = LossType.class,
            names = {"SIGMOID", "SFT", "AOT", "AOT_UNPAIRED", "SIMPO"})
    void littleMemoryChangesNothingButTheNumberOfPasses(LossType type) {
        PreferenceLoss loss = LossOptions.of(List.of(type)).loss(0.1);
        PreferenceScores inOnePass =
                new PreferenceScoring(model(one), model(two), loss, MUCH).score(Goldens.batch(), true, () -> {});
        PreferenceScores inFour =
                new PreferenceScoring(model(one), model(two), loss, 1).score(Goldens.batch(), true, () -> {});

        assertThat(inFour.loss()).isCloseTo(inOnePass.loss(), within(1e-6));
        assertThat(inFour.gradientNorm()).isCloseTo(Objects.requireNonNull(inOnePass.gradientNorm()), within(1e-5));
        for (int p = 0; p < 4; p++) {
            assertThat(inFour.preferences().get(p).answers().get(1).policy())
                    .containsExactly(
                            inOnePass.preferences().get(p).answers().get(1).policy(), within(1e-5));
        }
    }

    @Test
    void soOfLabelledAnswersWhateverIsComputedTogether() {
        PreferenceLoss kto = LossOptions.of(List.of(LossType.KTO)).loss(0.1);
        List<TokenizedPreference> answers = TinyRun.labelled(8, 8);
        PreferenceScores inOnePass =
                new PreferenceScoring(model(two), model(one), kto, MUCH).score(answers, true, () -> {});
        PreferenceScores inEight = new PreferenceScoring(model(two), model(one), kto, 1).score(answers, true, () -> {});

        assertThat(kl(inOnePass)).isPositive();
        assertThat(kl(inEight)).isCloseTo(kl(inOnePass), within(1e-5));
        assertThat(inEight.loss()).isCloseTo(inOnePass.loss(), within(1e-6));
        assertThat(inEight.gradientNorm()).isCloseTo(Objects.requireNonNull(inOnePass.gradientNorm()), within(1e-5));
    }

    private static double kl(PreferenceScores scores) {
        return Objects.requireNonNull(scores.preferences().getFirst().losses().labelled())
                .kl();
    }

    @Test
    void itCanBeEndedBeforeEachPass() {
        PreferenceScoring scoring = new PreferenceScoring(model(one), model(two), LOSS, 1); // a pass for each of four
        AtomicInteger passes = new AtomicInteger();
        scoring.score(Goldens.batch(), false, passes::incrementAndGet);
        assertThat(passes).as("under the reference and the policy").hasValue(8);

        assertThatThrownBy(() -> scoring.score(Goldens.batch(), false, () -> {
                    if (passes.incrementAndGet() == 11) {
                        throw new IllegalStateException("enough");
                    }
                }))
                .hasMessage("enough");
        assertThat(passes).hasValue(11);
    }

    @Test
    void aPolicyThatIsItsOwnReferenceHasNoMarginToTheLastBit() {
        LlamaModel policy = model(one);

        PreferenceScores scores =
                new PreferenceScoring(policy, policy, LOSS, MUCH).score(Goldens.batch(), false, () -> {});

        assertThat(scores.loss()).isEqualTo(Math.log(2));
        assertThat(scores.gradientNorm()).isNull();
        assertThat(scores.preferences())
                .allSatisfy(preference -> assertThat(
                                preference.losses().pairs().getFirst().logits())
                        .isZero());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theGradientNormOfAnAdapterIsThatOfTheMergedWeights(boolean dora) {
        LoraConfig lora = new LoraConfig(4, 8, Set.of("q_proj", "down_proj"));
        LoraConfig config = dora ? TinyLlama.dora(lora) : lora;
        try (LoraWeights adapter = LoraWeights.initialise(one, config, 7, compute);
                LlamaWeights merged = Goldens.tiny(1)) {
            fill(adapter);
            merge(adapter, merged);
            PreferenceScores adapted = new PreferenceScoring(
                            new LlamaModel(one, adapter, compute), model(one), LOSS, MUCH)
                    .score(Goldens.batch(), true, () -> {});
            PreferenceScores whole =
                    new PreferenceScoring(model(merged), model(one), LOSS, MUCH).score(Goldens.batch(), true, () -> {});

            assertThat(adapted.loss()).isCloseTo(whole.loss(), within(1e-5)).isNotCloseTo(Math.log(2), within(1e-4));
            assertThat(adapted.gradientNorm()).isCloseTo(Objects.requireNonNull(whole.gradientNorm()), within(1e-4));
        }
    }

    @Test
    void aLossThatIsNoNumberNamesThePreference() {
        try (LlamaWeights broken = Goldens.tiny(1)) {
            long embeddingOfTwelve = 12L * Goldens.tinyConfig().hiddenSize();
            broken.tensor("model.embed_tokens.weight").setAtIndex(ValueLayout.JAVA_FLOAT, embeddingOfTwelve, Float.NaN);
            PreferenceScoring scoring = new PreferenceScoring(model(broken), model(one), LOSS, MUCH);
            List<TokenizedPreference> batch = Goldens.batch();

            assertThatThrownBy(() -> scoring.score(batch, false, () -> {}))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("preference 2");
        }
    }

    @Test
    void theMemoryItSaysItTakesGrowsWithTheLargestPreferenceAndTheGradient() {
        PreferenceScoring scoring = new PreferenceScoring(model(one), model(two), LOSS, MUCH);
        List<TokenizedPreference> small = List.of(preference(10));
        List<TokenizedPreference> large = List.of(preference(1000));

        long rowBytes = PassSize.floatsPerRow(Goldens.tinyConfig(), Activations.Keep.NOTHING) * Float.BYTES;
        long more = scoring.bytes(large, false) - scoring.bytes(small, false);
        assertThat(more)
                .isBetween(
                        1980 * rowBytes,
                        2 * 1980 * rowBytes + (1L << 22)); // its answers are one, in 1999 rows and not 19
        assertThat(scoring.bytes(small, true))
                .isGreaterThan(Goldens.tinyConfig().parameters() * Float.BYTES);
    }

    private static TokenizedPreference preference(int tokens) {
        return new TokenizedPreference(1, new int[tokens], new int[tokens], List.of(new int[tokens]));
    }

    private static LlamaModel model(LlamaWeights weights) {
        return new LlamaModel(weights, null, compute);
    }

    /** A and B at random; each magnitude between a half and one and a half of what it was, the length of the base's row. */
    private static void fill(LoraWeights adapter) {
        Random random = new Random(3);
        adapter.tensors().forEach(tensor -> {
            boolean magnitudes = tensor.shape().length == 1;
            for (long i = 0; i < tensor.size(); i++) {
                float value = magnitudes
                        ? tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i) * (0.5f + random.nextFloat())
                        : (float) (0.1 * random.nextGaussian());
                tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            }
        });
        adapter.changed();
    }

    /** {@code W += scale B A}, and of a DoRA each row then as long as its magnitude. */
    private static void merge(LoraWeights adapter, LlamaWeights weights) {
        for (AdaptedLayer layer : adapter.adapted()) {
            MemorySegment weight = weights.tensor(layer.linear().path() + ".weight");
            MemorySegment a = adapter.tensor(layer.nameOfA());
            MemorySegment b = adapter.tensor(layer.nameOfB());
            int in = layer.linear().in();
            for (int o = 0; o < layer.linear().out(); o++) {
                double[] row = new double[in];
                double squares = 0;
                for (int i = 0; i < in; i++) {
                    double sum = 0;
                    for (int k = 0; k < layer.r(); k++) {
                        sum += b.getAtIndex(ValueLayout.JAVA_FLOAT, (long) o * layer.r() + k)
                                * a.getAtIndex(ValueLayout.JAVA_FLOAT, (long) k * in + i);
                    }
                    row[i] = weight.getAtIndex(ValueLayout.JAVA_FLOAT, (long) o * in + i) + layer.scale() * sum;
                    squares += row[i] * row[i];
                }
                double gain = layer.dora()
                        ? adapter.tensor(layer.nameOfMagnitude()).getAtIndex(ValueLayout.JAVA_FLOAT, o)
                                / Math.sqrt(squares)
                        : 1;
                for (int i = 0; i < in; i++) {
                    weight.setAtIndex(ValueLayout.JAVA_FLOAT, (long) o * in + i, (float) (gain * row[i]));
                }
            }
        }
    }
}
