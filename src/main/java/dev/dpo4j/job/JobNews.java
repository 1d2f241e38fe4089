package dev.dpo4j.job;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;

/**
 * Wakes those who wait for events in this process. It says only that something happened to some job: the database says what.
 * Events written by other processes make no noise here, so waiters also look by themselves from time to time.
 */
@Component
public class JobNews {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long version;

    JobNews() {}

    /** A number to wait from; read it before looking into the database, so that nothing is missed in between. */
    public long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is news since {@code seen}, or the time is over. */
    public void await(long seen, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (version == seen && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wakes everybody now. */
    public void announce() {
        lock.lock();
        try {
            version++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void announceAfterCommit() {
        AfterCommit.run(this::announce);
    }
}
