package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {

    private static final int THREADS = 3;

    private final Workers workers = new Workers(THREADS);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void everyPartIsDoneOnceBeforeTheCallReturns() {
        for (int parts = 0; parts < 2000; parts++) {
            assertEachOnce(parts % 17);
        }
    }

    @Test
    void threadsThatHaveGoneToSleepAreWoken() {
        for (int round = 0; round < 20; round++) {
            busyFor(Duration.ofMillis(2));
            workers.run(
                    THREADS,
                    (part, worker) -> busyFor(Duration.ofMillis(part))); // the caller is done first and sleeps too
            assertEachOnce(5);
        }
    }

    @Test
    void whoComputesAfterTheEndDoesAllPartsItself() {
        workers.close();
        assertEachOnce(7);
    }

    @Test
    void theEndWaitsForTheRound() {
        AtomicIntegerArray ended = new AtomicIntegerArray(THREADS);
        CompletableFuture<Void> began = new CompletableFuture<>();
        CompletableFuture<Void> round = CompletableFuture.runAsync(() -> workers.run(THREADS, (part, worker) -> {
            began.complete(null);
            busyFor(Duration.ofMillis(20));
            ended.incrementAndGet(part);
        }));
        began.join();
        workers.close();
        for (int part = 0; part < THREADS; part++) {
            assertThat(ended.get(part)).isEqualTo(1);
        }
        round.join();
    }

    @Test
    void aFailureIsThrownWhenNobodyWorksAnyMore() {
        for (int failing = 0; failing < 6; failing++) {
            int bad = failing;
            AtomicIntegerArray begun = new AtomicIntegerArray(6);
            AtomicIntegerArray ended = new AtomicIntegerArray(6);
            assertThatThrownBy(() -> workers.run(6, (part, worker) -> {
                        begun.incrementAndGet(part);
                        if (part == bad) {
                            throw new IllegalStateException("part " + part);
                        }
                        busyFor(Duration.ofMillis(1));
                        ended.incrementAndGet(part);
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("part " + bad);
            for (int part = 0; part < 6; part++) {
                assertThat(ended.get(part)).isEqualTo(part == bad ? 0 : begun.get(part));
            }
            assertEachOnce(6);
        }
    }

    @Test
    void whoComesWhileTheThreadsAreBusyDoesItsPartsItself() {
        CompletableFuture<?> other = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 500; i++) {
                assertEachOnce(7);
            }
        });
        for (int i = 0; i < 500; i++) {
            assertEachOnce(5);
        }
        other.join();
        workers.run(2, (part, worker) -> assertEachOnce(3)); // and so does a part of a part
    }

    @Test
    void noTwoThreadsOfARoundHaveTheSameNumber() {
        for (int round = 0; round < 200; round++) {
            AtomicIntegerArray inside = new AtomicIntegerArray(THREADS);
            workers.run(9, (part, worker) -> {
                assertThat(inside.incrementAndGet(worker)).isOne();
                busyFor(Duration.ofNanos(10_000));
                inside.decrementAndGet(worker);
            });
        }
    }

    private void assertEachOnce(int parts) {
        AtomicIntegerArray done = new AtomicIntegerArray(parts);
        workers.run(parts, (part, worker) -> done.incrementAndGet(part));
        for (int part = 0; part < parts; part++) {
            assertThat(done.get(part)).isOne();
        }
    }

    private static void busyFor(Duration duration) {
        long began = System.nanoTime();
        while (System.nanoTime() - began < duration.toNanos()) {
            Thread.onSpinWait();
        }
    }
}
