package dev.dpo4j.job;

import dev.dpo4j.train.PendingCheckpoint;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A checkpoint being written on a thread of its own, which ends with it. */
final class WriterThread implements PendingCheckpoint {

    /** As long as a clock of nanoseconds counts: 292 years. */
    private static final Duration EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final FutureTask<Void> writing;
    private final Thread thread;

    private WriterThread(FutureTask<Void> writing, Thread thread) {
        this.writing = writing;
        this.thread = thread;
    }

    /**
     * Starts to write.
     *
     * @param jobId the job of which the thread's log lines are
     */
    static WriterThread start(String jobId, Runnable write) {
        FutureTask<Void> writing = new FutureTask<>(
                () -> {
                    try (JobScope _ = new JobScope(jobId)) {
                        write.run();
                    }
                },
                null);
        Thread thread = Thread.ofPlatform().name("checkpoint-writer").daemon().start(writing);
        return new WriterThread(writing, thread);
    }

    /**
     * {@inheritDoc} An interrupt of the caller is passed on to the writer: whoever cuts the run off means both. It does not end the
     * wait, since the writer reads memory that the caller is going to free.
     */
    @Override
    public void await() {
        await(EVER);
    }

    @Override
    public boolean await(Duration atMost) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    writing.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (TimeoutException e) {
                    return false;
                } catch (InterruptedException e) {
                    interrupted = true;
                    thread.interrupt();
                }
            }
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What the writer threw, for the caller to tell the full disk from the lost job as if it had written itself. */
    private static RuntimeException failure(ExecutionException thrown) {
        return switch (thrown.getCause()) {
            case RuntimeException failure -> failure;
            case Error error -> throw error;
            case null, default -> new IllegalStateException("A checkpoint could not be written", thrown);
        };
    }
}
