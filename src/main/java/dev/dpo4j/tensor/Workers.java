package dev.dpo4j.tensor;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The one pool of compute threads: the caller and {@code threads - 1} more. Work is cut into parts whose results do not depend on
 * which thread does them, so free threads may take the next part.
 *
 * <p>A layer has some thirty pieces of work, and to wake a sleeping thread takes as long as a small one of them. So whoever waits stays
 * awake for a moment before it sleeps.
 */
final class Workers implements AutoCloseable {

    /** Longer than what a pass does between two pieces of work, and too short to be missed by others. */
    private static final long AWAKE_NANOS = 100_000;

    private final int threads;
    private final List<WorkerThread> helpers;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    Workers(int threads) {
        this.threads = threads;
        this.helpers = IntStream.range(1, threads).mapToObj(WorkerThread::new).toList();
    }

    int threads() {
        return threads;
    }

    /**
     * Runs all parts and returns when the last is done; the first exception of any part is thrown here. While the helpers work for
     * another caller, this one does all of its parts itself.
     */
    void run(int parts, Compute.Part work) {
        int wanted = Math.min(threads, parts) - 1;
        if (wanted <= 0 || !taken.compareAndSet(false, true)) {
            for (int part = 0; part < parts; part++) {
                work.run(part, 0);
            }
            return;
        }
        Round round = new Round(parts, work, wanted);
        try {
            helpers.subList(0, wanted).forEach(helper -> helper.give(round));
            round.takeParts(0);
            round.awaitHelpers();
        } finally {
            taken.set(false);
        }
        round.throwFailure();
    }

    /** Ends the helpers when their round is over, and keeps them taken: who computes later does all parts itself. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        while (!taken.compareAndSet(false, true)) {
            Thread.onSpinWait();
        }
        helpers.forEach(WorkerThread::end);
    }

    /** Waits for what another thread brings about, which unparks this one then. */
    private static void await(BooleanSupplier condition) {
        long asleepFrom = System.nanoTime() + AWAKE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - asleepFrom < 0) {
                Thread.onSpinWait();
            } else {
                LockSupport.park();
            }
        }
    }

    /** One piece of work on its way. */
    private static final class Round {

        private final int parts;
        private final Compute.Part work;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger helpersAtWork;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final Thread caller = Thread.currentThread();

        Round(int parts, Compute.Part work, int helpers) {
            this.parts = parts;
            this.work = work;
            this.helpersAtWork = new AtomicInteger(helpers);
        }

        void takeParts(int worker) {
            try {
                for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                    work.run(part, worker);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        }

        void helperIsDone() {
            if (helpersAtWork.decrementAndGet() == 0) {
                LockSupport.unpark(caller);
            }
        }

        void awaitHelpers() {
            await(() -> helpersAtWork.get() == 0);
        }

        void throwFailure() {
            switch (failure.get()) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {}
            }
        }
    }

    /** A thread that does parts of one round after another. */
    private static final class WorkerThread {

        private final int worker;
        private final Thread thread;
        private volatile @Nullable Round round;
        private volatile boolean ended;

        WorkerThread(int worker) {
            this.worker = worker;
            this.thread =
                    Thread.ofPlatform().name("worker-" + worker).daemon(true).start(this::work);
        }

        void give(Round next) {
            round = next;
            LockSupport.unpark(thread);
        }

        void end() {
            ended = true;
            LockSupport.unpark(thread);
        }

        private void work() {
            while (true) {
                await(() -> round != null || ended);
                Round current = round;
                if (current == null) {
                    return;
                }
                round = null; // before it is done: the next one comes after
                current.takeParts(worker);
                current.helperIsDone();
            }
        }
    }
}
