package dev.dpo4j.api;

import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Threads for requests that compute with a model. Requests run on virtual threads, and native code would pin the few platform threads
 * that carry them; and so many requests at once, and no more, hold working memory. The others wait.
 */
@Component
class ComputeThreads {

    private static final int THREADS = 4;

    /** How long the end of the service waits for what is computed: longer than a piece between two looks at {@link ServiceEnd} takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(ComputeThreads.class);

    private final ServiceEnd end;
    private final Duration patience;
    private final ExecutorService executor = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().name("compute-", 0).daemon(true).factory());

    @Autowired
    ComputeThreads(ServiceEnd end) {
        this(end, PATIENCE);
    }

    ComputeThreads(ServiceEnd end, Duration patience) {
        this.end = end;
        this.patience = patience;
    }

    /**
     * The result of a computation; the caller waits. What it throws is thrown here.
     *
     * @throws ApiException (503) if it has not begun when the service is stopped
     */
    <T> T call(Callable<T> computation) throws Exception {
        try {
            Future<T> result = executor.submit(() -> {
                end.requireNotBegun();
                return computation.call();
            });
            return get(result);
        } catch (RejectedExecutionException e) {
            throw ServiceEnd.unavailable();
        }
    }

    private static <T> T get(Future<T> result) throws Exception {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (InterruptedException e) {
            result.cancel(false);
            Thread.currentThread().interrupt();
            throw e;
        }
    }

    /** Interrupts nobody: the embedded database does not bear it. */
    @PreDestroy
    void close() throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            log.warn("The service ends while something is still being computed: it took over {}", patience);
        }
    }
}
