package dev.dpo4j.tensor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one pool of compute threads: the caller and {@code threads - 1} more. Work is cut into parts whose results do not depend on
 * which thread does them, so free threads may take the next part.
 */
final class Workers implements AutoCloseable {

    /** One part of a piece of work. */
    @FunctionalInterface
    interface Part {
        /**
         * Does one part.
         *
         * @param part which part
         * @param worker which of the threads does it: for scratch memory
         */
        void run(int part, int worker);
    }

    private final int threads;
    private final ExecutorService pool;

    Workers(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(
                Math.max(1, threads - 1),
                Thread.ofPlatform().name("compute-", 1).daemon(true).factory());
    }

    int threads() {
        return threads;
    }

    /** Runs all parts and returns when the last is done; the first exception of any part is thrown here. */
    void run(int parts, Part work) {
        int helpers = Math.min(threads, parts) - 1;
        if (helpers <= 0) {
            for (int part = 0; part < parts; part++) {
                work.run(part, 0);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        CompletableFuture<?>[] others = new CompletableFuture<?>[helpers];
        for (int helper = 0; helper < helpers; helper++) {
            int worker = helper + 1;
            others[helper] = CompletableFuture.runAsync(() -> takeParts(next, parts, work, worker), pool);
        }
        try {
            takeParts(next, parts, work, 0);
        } finally {
            join(others);
        }
    }

    private static void join(CompletableFuture<?>[] others) {
        try {
            CompletableFuture.allOf(others).join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    private static void takeParts(AtomicInteger next, int parts, Part work, int worker) {
        for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
            work.run(part, worker);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
