package dev.dpo4j.api;

import jakarta.annotation.PreDestroy;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.springframework.stereotype.Component;

/**
 * Threads for requests that compute with a model. Requests run on virtual threads, and native code would pin the few platform threads
 * that carry them; and so many requests at once, and no more, hold working memory. The others wait.
 */
@Component
class ComputeThreads {

    private static final int THREADS = 4;

    private final ExecutorService executor = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().name("compute-", 0).factory());

    /** The result of a computation; the caller waits. What it throws is thrown here. */
    <T> T call(Callable<T> computation) throws Exception {
        Future<T> result = executor.submit(computation);
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

    @PreDestroy
    void close() {
        executor.close();
    }
}
