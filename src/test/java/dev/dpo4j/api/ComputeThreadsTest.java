package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.http.HttpStatus;

@Timeout(60)
class ComputeThreadsTest {

    private final StaticApplicationContext service = new StaticApplicationContext();
    private final ServiceEnd end = new ServiceEnd(service);
    private final ComputeThreads threads = new ComputeThreads(end, Duration.ofMillis(50));
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void release() {
        release.countDown();
    }

    @Test
    void theEndOfTheServiceDoesNotWaitForEver() throws Exception {
        CompletableFuture<String> slow = CompletableFuture.supplyAsync(this::slow);
        running.await();

        threads.close();

        assertThat(slow).as("not cut off either").isNotDone();
        release.countDown();
        assertThat(slow.get()).isEqualTo("done");
    }

    @Test
    void whatHasNotBegunWhenTheServiceIsStoppedIsRefused() throws Exception {
        end.closed(new ContextClosedEvent(service));
        AtomicBoolean computed = new AtomicBoolean();

        assertUnavailable(() -> threads.call(() -> computed.getAndSet(true)));
        threads.close();
        assertUnavailable(() -> threads.call(() -> computed.getAndSet(true)));

        assertThat(computed).isFalse();
    }

    private static void assertUnavailable(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE));
    }

    private String slow() {
        try {
            return threads.call(() -> {
                running.countDown();
                release.await();
                return "done";
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
