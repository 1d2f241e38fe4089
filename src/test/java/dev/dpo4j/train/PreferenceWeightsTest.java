package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A preference of weight w trains what w preferences of weight 1 do. */
class PreferenceWeightsTest {

    private static final int[] WEIGHTS = {1, 3, 1, 2, 5};
    private static final int STEPS = 4;

    /** With torch's 1e-8, AdamW moves a weight whose gradient is nothing but rounding as far as any other. */
    private static final AdamOptions SMOOTH = new AdamOptions(0.9, 0.999, 1e-3);

    /** What another order of sums comes to in weights, and in a step's figures relatively; missing weights come to a thousand times as much. */
    private static final double ROUNDING = 5e-7;

    private static final double ROUNDING_OF_FIGURES = 2e-6;

    private static List<TokenizedPreference> weighted() {
        List<TokenizedPreference> weighted = new ArrayList<>(TinyRun.preferences(WEIGHTS.length));
        for (int i = 0; i < WEIGHTS.length; i++) {
            weighted.set(i, weighted.get(i).withWeight(WEIGHTS[i]));
        }
        return weighted;
    }

    private static List<TokenizedPreference> repeated() {
        List<TokenizedPreference> repeated = new ArrayList<>();
        List<TokenizedPreference> once = TinyRun.preferences(WEIGHTS.length);
        for (int i = 0; i < WEIGHTS.length; i++) {
            repeated.addAll(Collections.nCopies(WEIGHTS[i], once.get(i)));
        }
        return repeated;
    }

    /** A run whose steps are epochs. */
    private static TinyRun run(List<TokenizedPreference> training, LossOptions loss, int batchSize, int accumulation) {
        return new TinyRun(
                TinyRun.hyperparameters()
                        .batches(batchSize, accumulation)
                        .epochs(STEPS)
                        .adam(SMOOTH)
                        .loss(loss)
                        .build(),
                new TokenizedData(training, training, Cuts.NONE, Cuts.NONE));
    }

    static Stream<LossOptions> losses() {
        return Stream.of(
                LossOptions.SIGMOID,
                LossOptions.of(List.of(LossType.IPO)),
                LossOptions.of(List.of(LossType.PLACKETT_LUCE)),
                Options.of(LossType.SIGMOID, LossType.BCO_PAIR)
                        .weights(List.of(0.8, 0.2))
                        .build(),
                Options.of(LossType.SIGMOID).ldAlpha(0.3).build());
    }

    /** Micro-steps of two, two and one preference, of weights 4, 3 and 5. */
    @ParameterizedTest
    @MethodSource("losses")
    void aPreferenceOfWeightTwoTrainsAsOneThatStandsTwiceAlsoInARaggedWindow(LossOptions loss) {
        assertSame(loss, 2, 3);
    }

    static Stream<LossOptions> lossesOverABatch() {
        return Stream.of(LossType.SFT, LossType.ORPO, LossType.CPO).map(type -> LossOptions.of(List.of(type)));
    }

    @ParameterizedTest
    @MethodSource("lossesOverABatch")
    void soItDoesByALossOverAllTokensOfAMicroStep(LossOptions loss) {
        assertSame(loss, 5, 1);
    }

    private static void assertSame(LossOptions loss, int batchSize, int accumulation) {
        try (TinyRun weighted = run(weighted(), loss, batchSize, accumulation);
                TinyRun repeated = run(repeated(), loss, repeated().size(), 1);
                TinyRun unweighted = run(TinyRun.preferences(WEIGHTS.length), loss, batchSize, accumulation)) {
            weighted.run();
            repeated.run();
            unweighted.run();

            assertThat(weighted.listener.reports).hasSize(STEPS);
            assertThat(distance(weighted, repeated)).isLessThan(ROUNDING);
            assertThat(distance(weighted, unweighted)).isGreaterThan(1000 * ROUNDING);
            for (int step = 0; step < STEPS; step++) {
                StepReport one = weighted.listener.reports.get(step);
                StepReport other = repeated.listener.reports.get(step);
                assertClose(one.metrics(), other.metrics());
                assertThat(one.gradNorm()).isCloseTo(other.gradNorm(), relative(other.gradNorm()));
            }
            assertThat(weighted.listener.validations).hasSameSizeAs(repeated.listener.validations);
            for (int i = 0; i < weighted.listener.validations.size(); i++) {
                assertClose(weighted.listener.validations.get(i), repeated.listener.validations.get(i));
            }
        }
    }

    private static void assertClose(PreferenceMetrics actual, PreferenceMetrics expected) {
        assertThat(actual)
                .usingRecursiveComparison()
                .withComparatorForType(
                        (one, other) -> Math.abs(one - other) <= ROUNDING_OF_FIGURES * (1 + Math.abs(other)) ? 0 : 1,
                        Double.class)
                .isEqualTo(expected);
    }

    private static Offset<Double> relative(double expected) {
        return Offset.offset(ROUNDING_OF_FIGURES * Math.abs(expected));
    }

    private static double distance(TinyRun one, TinyRun other) {
        Map<String, float[]> expected = other.trained();
        double distance = 0;
        for (Map.Entry<String, float[]> tensor : one.trained().entrySet()) {
            float[] values = Objects.requireNonNull(expected.get(tensor.getKey()));
            for (int i = 0; i < values.length; i++) {
                distance = Math.max(distance, Math.abs((double) tensor.getValue()[i] - values[i]));
            }
        }
        return distance;
    }

    @Test
    void aResumedRunEndsWithTheSameBits() {
        List<TinyRun.Saved> saved = new ArrayList<>();
        try (TinyRun whole = run(weighted(), LossOptions.SIGMOID, 2, 3);
                TinyRun first = run(weighted(), LossOptions.SIGMOID, 2, 3);
                TinyRun second = run(weighted(), LossOptions.SIGMOID, 2, 3)) {
            whole.run();
            first.listener.stopAfter = 2;
            first.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
            first.run();
            second.resumeFrom(saved.getLast()).run();

            assertThat(distance(second, whole)).isZero();
        }
    }

    /** What the reference says of an answer does not depend on what the row counts. */
    @Test
    void theCacheKnowsARowWhateverItsWeight() {
        KnownReference known = new KnownReference(new MapCache(), new ReferenceKeys("model", "machine"));
        try (TinyRun unweighted = run(TinyRun.preferences(WEIGHTS.length), LossOptions.SIGMOID, 5, 1);
                TinyRun weighted = run(weighted(), LossOptions.SIGMOID, 5, 1)) {
            unweighted.known = known;
            weighted.known = known;
            unweighted.run();
            weighted.run();

            assertThat(weighted.listener.reference.computed()).isZero();
        }
    }

    @Test
    void aPreferenceThatWeighsNothingIsNoTrainingData() {
        List<TokenizedPreference> rows = TinyRun.preferences(2);
        List<TokenizedPreference> weightless = List.of(rows.get(0), rows.get(1).withWeight(0));

        assertThatThrownBy(() -> new TokenizedData(weightless, List.of(), Cuts.NONE, Cuts.NONE))
                .hasMessage("Row 2 weighs 0.0: leave it out");
        assertThatThrownBy(() -> new TokenizedData(rows, weightless, Cuts.NONE, Cuts.NONE))
                .hasMessage("Row 2 weighs 0.0: leave it out");
    }
}
