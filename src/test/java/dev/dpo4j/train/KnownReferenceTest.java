package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.TinyLlama;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Runs that find the log-probabilities of their reference in a cache. */
class KnownReferenceTest {

    private static final ReferenceKeys KEYS = new ReferenceKeys("tiny", "here");

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(7), TinyRun.preferences(10).subList(7, 10), Cuts.NONE, Cuts.NONE);

    private static final Hyperparameters HYPERPARAMETERS =
            TinyRun.hyperparameters().batches(2, 1).epochs(2).shuffle(true).build();

    private final MapCache cache = new MapCache();

    @Test
    void aSecondRunComputesNoReferenceAndGoesTheSameWay() {
        try (TinyRun first = run(HYPERPARAMETERS);
                TinyRun second = run(HYPERPARAMETERS);
                TinyRun broken = new TinyRun(HYPERPARAMETERS, DATA)) {
            broken.state.weights().forEach(tensor -> tensor.data().fill((byte) 0xFF)); // NaN
            assertThat(first.run().completed()).isTrue();
            assertThat(first.listener.reference).isEqualTo(new ReferenceProgress(10, 0, 10));
            // Whatever such a reference computed would end the run.
            assertThat(second.run(broken.policy).completed()).isTrue();
            assertThat(second.listener.reference).isEqualTo(new ReferenceProgress(0, 10, 10));
            assertSameWay(second, first);
        }
    }

    @Test
    void aRunWithoutACacheGoesTheSameWay() {
        try (TinyRun uncached = new TinyRun(HYPERPARAMETERS, DATA);
                TinyRun cached = run(HYPERPARAMETERS)) {
            uncached.run();
            cached.run();
            assertThat(uncached.listener.reference).isEqualTo(new ReferenceProgress(10, 0, 10));
            assertSameWay(cached, uncached);
        }
    }

    @Test
    void otherBatchesOfTheSamePreferencesAreKnownToo() {
        Hyperparameters inOneBatch =
                TinyRun.hyperparameters().batches(8, 1).epochs(2).build();
        try (TinyRun first = run(HYPERPARAMETERS);
                TinyRun second = run(inOneBatch)) {
            first.run();
            second.run();
            assertThat(second.listener.reference).isEqualTo(new ReferenceProgress(0, 10, 10));
            Map<String, Double> known = new HashMap<>(cache.sums);
            cache.sums.clear();
            try (TinyRun apart = run(inOneBatch)) {
                apart.run();
            }
            assertThat(cache.sums.keySet()).isEqualTo(known.keySet());
            assertThat(cache.sums).as("computed with other rows").isNotEqualTo(known);
        }
    }

    /** As it is when nothing is known: rounding prefers nothing. */
    @Test
    void beforeTheFirstStepNothingIsPreferredWhereverTheReferenceIsKnownFrom() {
        try (TinyRun run = afterNoise(HYPERPARAMETERS)) {
            assertThat(List.of(
                            run.listener.validations.getFirst(),
                            run.listener.reports.getFirst().metrics()))
                    .allSatisfy(KnownReferenceTest::assertNothingIsPreferred);
        }
    }

    /** Nothing is dropped in evaluations. */
    @Test
    void norInTheFirstEvaluationOfARunWithDropout() {
        try (TinyRun run =
                afterNoise(TinyRun.hyperparameters().lora(DropoutTest.LORA).build())) {
            assertNothingIsPreferred(run.listener.validations.getFirst());
            assertThat(run.listener.reports.getFirst().metrics().rewardsMargins())
                    .isNotZero();
        }
    }

    private static void assertNothingIsPreferred(PreferenceMetrics metrics) {
        assertThat(metrics.rewardsAccuracies()).isZero();
        assertThat(metrics.rewardsMargins()).isZero();
        assertThat(metrics.rewardsChosen()).isZero();
        assertThat(metrics.loss()).isCloseTo(Math.log(2), within(1e-15));
    }

    /** A run that finds all of its reference, with rounding noise in it. */
    private TinyRun afterNoise(Hyperparameters hyperparameters) {
        try (TinyRun first = run(hyperparameters)) {
            first.run();
        }
        Random noise = new Random(5);
        cache.sums.replaceAll((key, sum) -> sum + 1e-5 * noise.nextGaussian());
        TinyRun second = run(hyperparameters);
        second.run();
        assertThat(second.listener.reference.computed()).isZero();
        return second;
    }

    @Test
    void whatIsKnownCountsOnceThePolicyHasMoved() {
        try (TinyRun run = afterNoise(HYPERPARAMETERS)) {
            for (int p = 0; p < DATA.training().size(); p++) {
                TokenizedPreference preference = DATA.training().get(p);
                assertThat(run.state.trainingReference().get(p)[0])
                        .isEqualTo(cache.sums.get(KEYS.of(preference.prompt(), preference.chosen())));
            }
        }
    }

    @Test
    void aBatchOfWhichAnAnswerIsMissingIsComputedWholeAndKeepsWhatWasKnown() {
        try (TinyRun whole = run(HYPERPARAMETERS);
                TinyRun lacking = run(HYPERPARAMETERS)) {
            whole.run();
            Map<String, Double> stored = new HashMap<>(cache.sums);
            String missing = KEYS.of(
                    DATA.training().getFirst().prompt(),
                    DATA.training().getFirst().chosen());
            assertThat(cache.sums.remove(missing)).isNotNull();
            lacking.run();
            assertThat(lacking.listener.reference).isEqualTo(new ReferenceProgress(2, 8, 10));
            assertThat(cache.sums).isEqualTo(stored);
            assertSameWay(lacking, whole);
        }
    }

    @Test
    void theFirstValueStoredIsTheOneThatAllUse() {
        PreferenceBatch batch = PreferenceBatch.of(DATA.training().subList(0, 1));
        KnownReference known = new KnownReference(cache, KEYS);
        known.store(batch, Summed.ANSWERS, new double[][] {{-1, -2}});
        assertThat(known.store(batch, Summed.ANSWERS, new double[][] {{-1.5, -2.5}}))
                .isDeepEqualTo(new double[][] {{-1, -2}});
        assertThat(known.find(batch, Summed.ANSWERS))
                .hasValueSatisfying(sums -> assertThat(sums).isDeepEqualTo(new double[][] {{-1, -2}}));
    }

    @Test
    void whatIsNoNumberIsNotKept() {
        PreferenceBatch batch = PreferenceBatch.of(DATA.training().subList(0, 1));
        KnownReference known = new KnownReference(cache, KEYS);
        assertThat(known.store(batch, Summed.ANSWERS, new double[][] {{-1, Double.NaN}}))
                .hasDimensions(1, 2);
        assertThat(cache.sums).isEmpty();
    }

    @Test
    void aPolicyThatIsItsOwnReferenceComputesItWithItsFirstStepAndValidation() {
        try (TinyRun own = run(HYPERPARAMETERS)) {
            own.listener.stopAfter = 0; // asked before the first step, when the first validation is done
            own.run();
            Map<String, Double> withoutStep = new HashMap<>(cache.sums);
            cache.sums.clear();
            try (TinyRun whole = run(HYPERPARAMETERS)) {
                whole.run();
            }
            assertThat(cache.sums).containsAllEntriesOf(withoutStep);
            assertThat(cache.sums.size() - withoutStep.size()).isEqualTo(2 * 2); // answers of the first step
        }
        MapCache ofAnother = new MapCache();
        try (TinyRun apart = new TinyRun(HYPERPARAMETERS, DATA);
                TinyRun reference = new TinyRun(HYPERPARAMETERS, DATA)) {
            apart.known = new KnownReference(ofAnother, KEYS);
            apart.run(reference.policy);
            assertThat(ofAnother.sums).as("computed apart").isEqualTo(cache.sums);
        }
    }

    @Test
    void aRunStoppedWithinTheReferencePassGoesOnWhereItStoodAndEndsWithTheSameBits() {
        try (TinyRun undisturbed = new TinyRun(HYPERPARAMETERS, DATA)) {
            undisturbed.run();
            for (int batches = 0; batches < 6; batches++) {
                cache.sums.clear();
                try (TinyRun stopped = run(HYPERPARAMETERS);
                        TinyRun again = run(HYPERPARAMETERS)) {
                    stopped.nanoTime = TinyRun.aSecondEachTime();
                    stopped.listener.stopAtQuestion = batches + 1;
                    assertThat(stopped.run().completed()).isFalse();
                    assertThat(stopped.listener.reports).isEmpty();
                    assertThat(stopped.listener.reference.computed())
                            .isEqualTo(List.of(0, 2, 4, 6, 7, 9).get(batches));
                    // But for those of the first step and of the validation, which were left to the policy.
                    int done = List.of(0, 0, 2, 4, 5, 5).get(batches);

                    again.run();
                    assertThat(again.listener.reference)
                            .as("after a stop at batch %d", batches)
                            .isEqualTo(new ReferenceProgress(10 - done, done, 10));
                    assertSameWay(again, undisturbed);
                }
            }
        }
    }

    @Test
    void aFreshAdapterHasTheLogProbabilitiesOfItsBaseToTheLastBit() {
        Hyperparameters lora = TinyRun.hyperparameters()
                .batches(2, 1)
                .shuffle(true)
                .lora(TinyLlama.LORA)
                .build();
        MapCache ofAdapter = new MapCache();
        try (TinyRun full = run(HYPERPARAMETERS);
                TinyRun adapter = new TinyRun(lora, DATA)) {
            full.run();
            adapter.state.weights().stream()
                    .filter(tensor -> tensor.name().contains("lora_B"))
                    .forEach(tensor -> tensor.data().fill((byte) 0));
            adapter.known = new KnownReference(ofAdapter, KEYS);
            adapter.run();
            assertThat(ofAdapter.sums).isNotEmpty().isEqualTo(cache.sums);
        }
    }

    private TinyRun run(Hyperparameters hyperparameters) {
        TinyRun run = new TinyRun(hyperparameters, DATA);
        run.known = new KnownReference(cache, KEYS);
        return run;
    }

    private static void assertSameWay(TinyRun actual, TinyRun expected) {
        assertThat(actual.listener.reports)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("work")
                .containsExactlyElementsOf(expected.listener.reports);
        assertThat(actual.listener.validations).containsExactlyElementsOf(expected.listener.validations);
        Map<String, float[]> weights = expected.trained();
        actual.trained().forEach((name, values) -> assertThat(values).as(name).containsExactly(weights.get(name)));
    }
}
