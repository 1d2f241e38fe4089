package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class WriterThreadTest {

    private static final String JOB = "ftjob-1";

    private final List<String> log = new ArrayList<>();

    @Test
    void itWritesWhileTheCallerGoesOnAndIsAwaited() {
        CountDownLatch wentOn = new CountDownLatch(1);
        WriterThread writing = WriterThread.start(JOB, () -> {
            await(wentOn);
            log.add("written");
        });
        log.add("went on");
        wentOn.countDown();
        writing.await();
        assertThat(log).containsExactly("went on", "written");
    }

    @Test
    void whoeverWaitsForAWhileHearsWhetherItIsDone() {
        CountDownLatch asked = new CountDownLatch(1);
        WriterThread writing = WriterThread.start(JOB, () -> await(asked));
        assertThat(writing.await(Duration.ofMillis(1))).isFalse();
        asked.countDown();
        assertThat(writing.await(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void itsLinesOfTheLogNameTheJob() {
        WriterThread.start(
                        JOB,
                        () -> log.addAll(
                                List.of(Thread.currentThread().getName(), Objects.requireNonNull(MDC.get("job")))))
                .await();
        assertThat(log).containsExactly("checkpoint-writer", JOB);
    }

    @Test
    void whatItThrowsIsThrownWhereItIsAwaited() {
        FenceLostException lost = new FenceLostException(new Fence(JOB, 3));
        WriterThread refused = WriterThread.start(JOB, () -> {
            throw lost;
        });
        assertThatThrownBy(refused::await).isSameAs(lost);
        OutOfMemoryError memory = new OutOfMemoryError("Java heap space");
        WriterThread dead = WriterThread.start(JOB, () -> {
            throw memory;
        });
        assertThatThrownBy(dead::await).isSameAs(memory);
    }

    /** The writer reads memory that the caller frees when it goes on. */
    @Test
    void anInterruptReachesTheWriterAndDoesNotEndTheWaitForIt() {
        CountDownLatch never = new CountDownLatch(1);
        WriterThread writing = WriterThread.start(JOB, () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                log.add("interrupted");
            }
            log.add("over");
        });
        Thread.currentThread().interrupt();
        writing.await();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(log).containsExactly("interrupted", "over");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
