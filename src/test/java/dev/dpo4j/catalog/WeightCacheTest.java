package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.llama.LlamaWeights;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeightCacheTest {

    private final WeightCache cache = new WeightCache(250);
    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void weightsAreLoadedOnceAndShared() {
        try (var first = hold("a", "1");
                var second = hold("a", "1")) {
            assertThat(second.weights()).isSameAs(first.weights());
        }
        hold("a", "1").close();

        assertThat(loads).hasValue(1);
    }

    @Test
    void manyFirstRequestsAtOnceLoadOnce() throws Exception {
        int threads = 16;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<LlamaWeights>> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            Callable<LlamaWeights> request = () -> {
                assertThat(start.await(30, TimeUnit.SECONDS)).isTrue();
                try (var held = hold("a", "1")) {
                    return held.weights();
                }
            };
            for (int i = 0; i < threads; i++) {
                results.add(executor.submit(request));
            }
            start.countDown();
        }

        for (Future<LlamaWeights> result : results) {
            assertThat(result.get()).isSameAs(results.getFirst().get());
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void theLeastRecentlyUsedMakeRoom() {
        hold("a", "1").close();
        hold("b", "1").close();
        hold("a", "1").close();
        assertThat(loads).hasValue(2);

        hold("c", "1").close();
        assertThat(cache.bytes()).isEqualTo(200);

        hold("a", "1").close();
        assertThat(loads).as("a was kept").hasValue(3);
        hold("b", "1").close();
        assertThat(loads).as("b was dropped").hasValue(4);
    }

    @Test
    void whoHoldsWeightsAloneMayTakeThem() {
        var held = hold("a", "1");
        LlamaWeights weights = held.weights();

        try (LlamaWeights taken = held.take().orElseThrow()) {
            assertThat(taken).isSameAs(weights);
            assertThat(cache.bytes()).isZero();
            held.close();
            try (var next = hold("a", "1")) {
                assertThat(next.weights()).isNotSameAs(taken);
            }
            assertThat(firstFloat(taken)).isZero();
        }
        assertThat(loads).hasValue(2);
    }

    @Test
    void weightsThatOthersHoldCannotBeTaken() {
        try (var mine = hold("a", "1");
                var others = hold("a", "1")) {
            assertThat(mine.take()).isEmpty();
            assertThat(mine.weights()).isSameAs(others.weights());
        }

        hold("a", "1").close();
        assertThat(loads).as("still in the cache").hasValue(1);
    }

    @Test
    void weightsInUseAreNeverDropped() {
        try (var a = hold("a", "1");
                var b = hold("b", "1")) {
            assertThatThrownBy(() -> hold("c", "1"))
                    .isInstanceOfSatisfying(
                            ModelMemoryException.class,
                            e -> assertThat(e.temporary()).isTrue())
                    .hasMessageContaining("\"c\"")
                    .hasMessageContaining("dpo4j.models.memory-budget");
            assertThat(firstFloat(a.weights())).isZero();
            assertThat(firstFloat(b.weights())).isZero();
        }

        hold("c", "1").close();
        assertThat(loads).hasValue(3);
    }

    @Test
    void closingTwiceReleasesOnce() {
        var first = hold("a", "1");
        try (var second = hold("a", "1")) {
            first.close();
            first.close();

            assertThat(cache.inUse("a")).isTrue();
            assertThat(second.weights().bytes()).isPositive();
        }
        assertThat(cache.inUse("a")).isFalse();
    }

    @Test
    void whatIsLargerThanTheWholeBudgetIsRefused() {
        assertThatThrownBy(() -> cache.hold(
                        new WeightCache.Key("big", "1", WeightCache.Form.OWN), 251, LlamaWeights.class, this::load))
                .isInstanceOfSatisfying(
                        ModelMemoryException.class,
                        e -> assertThat(e.temporary()).isFalse());
        assertThat(loads).hasValue(0);
    }

    @Test
    void aNewVersionReplacesTheOldOne() {
        hold("a", "1").close();
        hold("a", "2").close();

        assertThat(loads).hasValue(2);
        assertThat(cache.bytes()).isEqualTo(100);
    }

    @Test
    void anAdapterAndItsMergedWeightsDoNotDriveEachOtherOut() {
        hold("a", "1").close();
        cache.hold(new WeightCache.Key("a", "1", WeightCache.Form.MERGED), 100, LlamaWeights.class, this::load)
                .close();
        hold("a", "1").close();

        assertThat(loads).hasValue(2);
        assertThat(cache.bytes()).isEqualTo(200);
    }

    @Test
    void afterAFailureTheNextRequestTriesAgain() {
        assertThatThrownBy(() ->
                        cache.hold(new WeightCache.Key("a", "1", WeightCache.Form.OWN), 100, LlamaWeights.class, () -> {
                            throw new BrokenModelException("a", "half a file");
                        }))
                .isInstanceOf(BrokenModelException.class);
        assertThat(cache.bytes()).isZero();

        hold("a", "1").close();
        assertThat(loads).hasValue(1);
    }

    @Test
    void whoeverWaitsForALoadHearsWhatItFailsBy() throws Exception {
        WeightCache.Key key = new WeightCache.Key("a", "1", WeightCache.Form.OWN);
        OutOfMemoryError none = new OutOfMemoryError("no more of it");
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch fail = new CountDownLatch(1);
        FutureTask<?> first = new FutureTask<>(() -> cache.hold(key, 100, LlamaWeights.class, () -> {
            loading.countDown();
            await(fail);
            throw none;
        }));
        FutureTask<?> second = new FutureTask<>(() -> hold("a", "1"));
        Thread.ofPlatform().start(first);
        await(loading);
        Thread waiting = Thread.ofPlatform().start(second);
        while (waiting.getState() != Thread.State.WAITING) { // until it waits for the load
            Thread.onSpinWait();
        }
        fail.countDown();

        assertThatThrownBy(first::get).hasCause(none);
        assertThatThrownBy(second::get).hasCause(none);
        hold("a", "1").close();
        assertThat(loads).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private WeightCache.Held<LlamaWeights> hold(String id, String version) {
        return cache.hold(new WeightCache.Key(id, version, WeightCache.Form.OWN), 100, LlamaWeights.class, this::load);
    }

    private LlamaWeights load() {
        loads.incrementAndGet();
        return LlamaWeights.allocate(TinyModel.CONFIG);
    }

    private static float firstFloat(LlamaWeights weights) {
        return weights.tensor("model.norm.weight").get(ValueLayout.JAVA_FLOAT, 0);
    }
}
