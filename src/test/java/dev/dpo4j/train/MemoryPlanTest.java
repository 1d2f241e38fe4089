package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.llama.RopeScaling;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.tensor.Compute;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {

    private static final LlamaConfig CONFIG = TinyLlama.UNTIED;
    private static final int THREADS = 2;
    private static final int BATCH = 4;
    private static final long PLENTY = 1L << 40;
    private static final TokenizedData DATA = new TokenizedData(
            IntStream.range(0, 9).mapToObj(MemoryPlanTest::preference).toList(), List.of(), Cuts.NONE, Cuts.NONE);

    /** Memory counts an empty matrix as one float. */
    private static final long EMPTY_MATRICES = 64;

    @ParameterizedTest
    @EnumSource(
            value = Activations.Keep.class,
            names = {"ALL", "RESIDUAL_STREAM"})
    void theActivationsOfAPlanAreThoseThatAreAllocated(Activations.Keep keep) {
        for (int rank : new int[] {0, 3}) {
            for (PassSize size : List.of(new PassSize(70, 50, 33), new PassSize(700, 900, 600))) {
                try (Activations activations = new Activations(CONFIG, size, rank, THREADS, keep)) {
                    assertThat(size.bytes(CONFIG, rank, THREADS, keep))
                            .isCloseTo(activations.bytes(), within(EMPTY_MATRICES));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void layersThatAreKeptWholeAreCounted(int wholeLayers) {
        PassSize size = new PassSize(700, 900, 600);
        Activations.Keep keep = Activations.Keep.RESIDUAL_STREAM;
        try (Compute compute = new Compute(THREADS);
                LlamaWeights weights = LlamaWeights.allocate(CONFIG);
                Activations activations = new LlamaModel(weights, null, compute).activations(size, keep, wholeLayers)) {
            assertThat(size.bytes(CONFIG, 0, THREADS, keep, wholeLayers))
                    .isCloseTo(activations.bytes(), within(EMPTY_MATRICES));
        }
    }

    /** Of long texts, so that a layer takes more than the weights. */
    @Test
    void asManyLayersAreKeptWholeAsThereIsRoomForBesideACheckpointsCopy() {
        LlamaConfig four = new LlamaConfig(
                331, 30, 41, 4, 6, 2, 10, 1e-5, 10_000, new RopeScaling.Default(), 8192, false, 0.02, null, List.of());
        TokenizedData data = new TokenizedData(
                List.of(new TokenizedPreference(1, new int[2000], new int[1000], List.of(new int[1000]))),
                List.of(),
                Cuts.NONE,
                Cuts.NONE);
        PassSize pass = new Packing(1, Activations.Keep.RESIDUAL_STREAM).largestPass(data, 1);
        long again = pass.bytes(four, 0, THREADS, Activations.Keep.RESIDUAL_STREAM, 0);
        long layer = pass.bytes(four, 0, THREADS, Activations.Keep.RESIDUAL_STREAM, 1) - again;
        long weights = four.parameters() * Float.BYTES;
        long copy = 3 * weights;
        long limit = 4 * weights + again + copy + layer;

        MemoryPlan none = MemoryPlan.of(four, null, false, data, 1, THREADS, 1, limit - 1);
        MemoryPlan one = MemoryPlan.of(four, null, false, data, 1, THREADS, 1, limit);

        assertThat(none.recomputes()).isTrue();
        assertThat(none.packing().wholeLayers()).isZero();
        assertThat(none.recomputedShare(four)).isEqualTo(0.75);
        assertThat(one.recomputes()).isTrue();
        assertThat(one.packing().wholeLayers()).isEqualTo(1);
        assertThat(one.recomputedShare(four)).isEqualTo(0.5);
        assertThat(one.activations()).isEqualTo(again + layer);
        assertThat(one.snapshot()).isEqualTo(copy);
        assertThat(one.describe()).contains("computed again but for the last 1 layers'");
    }

    @Test
    void theWeightsOfAPlanAreThoseThatAreAllocated() {
        LoraConfig lora = new LoraConfig(3, 6, Set.of("q_proj", "v_proj", "o_proj", "up_proj", "down_proj"));
        assertWeights(lora);
        assertWeights(TinyLlama.dora(lora));
    }

    /** Of each layer as many magnitudes as it has rows, and 64 rows of the widest for each thread that measures them. */
    @Test
    void dorasMagnitudesAndTheirScratchAreCounted() {
        LoraConfig lora = new LoraConfig(3, 6, Set.of("q_proj", "down_proj"));
        MemoryPlan plain = MemoryPlan.of(CONFIG, lora, false, DATA, BATCH, THREADS, PLENTY, PLENTY);
        MemoryPlan dora = MemoryPlan.of(CONFIG, TinyLlama.dora(lora), false, DATA, BATCH, THREADS, PLENTY, PLENTY);

        long magnitudes = 2L * (CONFIG.queryWidth() + CONFIG.hiddenSize()) * Float.BYTES;
        assertThat(dora.weights() - plain.weights()).isEqualTo(magnitudes);
        assertThat(dora.total() - plain.total())
                .isEqualTo(4 * magnitudes + 64L * THREADS * CONFIG.intermediateSize() * Float.BYTES);
    }

    private static void assertWeights(LoraConfig lora) {
        MemoryPlan full = MemoryPlan.of(CONFIG, null, false, DATA, BATCH, THREADS, PLENTY, PLENTY);
        MemoryPlan adapter = MemoryPlan.of(CONFIG, lora, false, DATA, BATCH, THREADS, PLENTY, PLENTY);

        try (LlamaWeights weights = LlamaWeights.allocate(CONFIG)) {
            assertThat(full.weights()).isEqualTo(weights.bytes()).isEqualTo(full.gradients());
            assertThat(full.moments()).isEqualTo(2 * weights.bytes());
            assertThat(full.base()).isZero();
            assertThat(adapter.base()).isEqualTo(weights.bytes());
        }
        try (LoraWeights weights = LoraWeights.allocate(CONFIG, lora)) {
            long bytes = weights.tensors().stream()
                    .mapToLong(tensor -> tensor.data().byteSize())
                    .sum();
            assertThat(adapter.weights()).isEqualTo(bytes).isEqualTo(adapter.gradients());
            assertThat(adapter.moments()).isEqualTo(2 * bytes);
        }
    }

    @Test
    void aReferenceThatMovesIsAnotherModelInMemoryAndInCheckpoints() {
        MemoryPlan stays = plan(PLENTY, PLENTY);
        MemoryPlan moves = MemoryPlan.of(CONFIG, null, true, DATA, BATCH, THREADS, PLENTY, PLENTY);

        assertThat(stays.reference()).isZero();
        assertThat(moves.reference()).isEqualTo(moves.weights());
        assertThat(moves.total()).isEqualTo(stays.total() + moves.weights());
        assertThat(moves.snapshot()).isEqualTo(stays.snapshot() + moves.weights());
        assertThat(moves.describe()).contains("reference");
        long least = leastOf() + moves.reference();
        assertThat(MemoryPlan.of(CONFIG, null, true, DATA, BATCH, THREADS, PLENTY, least)
                        .fits())
                .isTrue();
        assertThat(MemoryPlan.of(CONFIG, null, true, DATA, BATCH, THREADS, PLENTY, least - 1)
                        .fits())
                .isFalse();
    }

    @Test
    void thereIsACopyOfACheckpointWhereItFitsBesideAllElse() {
        MemoryPlan plan = plan(PLENTY, PLENTY);
        long both = plan.total() + plan.weights() + plan.moments();

        assertThat(plan(PLENTY, both).snapshot()).isEqualTo(plan.weights() + plan.moments());
        assertThat(plan(PLENTY, both - 1).snapshot()).isZero();
        assertThat(plan(PLENTY, both - 1).total()).isEqualTo(plan.total());
    }

    @Test
    void withMemoryEnoughAllPreferencesOfABatchAreOnePass() {
        MemoryPlan plan = plan(PLENTY, PLENTY);

        assertThat(plan.fits()).isTrue();
        assertThat(plan.recomputes()).isFalse();
        assertThat(plan.packing().rows()).isEqualTo(Packing.MOST_ROWS);
        assertThat(plan.packing().largestPass(DATA, BATCH).rows()).isEqualTo(rows(8, 7, 6, 5));
    }

    @Test
    void aPassIsSplitThenComputedAgainThenRefused() {
        MemoryPlan whole = plan(PLENTY, PLENTY);
        MemoryPlan split = plan(PLENTY, whole.total() - 1);
        MemoryPlan alone = plan(1, PLENTY);
        MemoryPlan again = plan(PLENTY, alone.total() - 1);
        MemoryPlan least = plan(1, again.total());

        assertThat(split.fits()).isTrue();
        assertThat(split.recomputes()).isFalse();
        assertThat(split.packing().largestPass(DATA, BATCH).rows()).isLessThan(rows(8, 7, 6, 5));
        assertThat(alone.recomputes()).isFalse();
        assertThat(alone.packing().largestPass(DATA, BATCH).rows()).isEqualTo(rows(8));
        assertThat(again.fits()).isTrue();
        assertThat(again.recomputes()).isTrue();
        assertThat(again.activations()).isLessThan(alone.activations());
        assertThat(least.fits()).isTrue();
        MemoryPlan refused = plan(PLENTY, leastOf() - 1);
        assertThat(refused.fits()).isFalse();
        assertThat(refused.describe()).contains("weights", "gradients", "moments", "activations");
    }

    @Test
    void aPassKeepsToItsOwnLimit() {
        long limit = plan(PLENTY, PLENTY).activations() * 3 / 4;

        MemoryPlan plan = plan(limit, PLENTY);

        assertThat(plan.activations()).isLessThanOrEqualTo(limit).isGreaterThan(limit * 9 / 10);
        assertThat(plan.recomputes()).isFalse();
    }

    /** Bytes of the smallest run there is: one preference at a time, computed again. */
    private static long leastOf() {
        MemoryPlan full = plan(PLENTY, PLENTY);
        Packing smallest = new Packing(1, Activations.Keep.RESIDUAL_STREAM);
        return full.total()
                - full.activations()
                + smallest.largestPass(DATA, BATCH).bytes(CONFIG, 0, THREADS, smallest.keep());
    }

    private static MemoryPlan plan(long passLimit, long limit) {
        return MemoryPlan.of(CONFIG, null, false, DATA, BATCH, THREADS, passLimit, limit);
    }

    private static int rows(int... numbers) {
        return Arrays.stream(numbers).map(number -> preference(number).rows()).sum();
    }

    private static TokenizedPreference preference(int number) {
        return new TokenizedPreference(
                number, tokens(100 + number), tokens(150 + 10 * number), List.of(tokens(80 + number)));
    }

    private static int[] tokens(int count) {
        return IntStream.range(0, count).map(i -> i % 7).toArray();
    }
}
