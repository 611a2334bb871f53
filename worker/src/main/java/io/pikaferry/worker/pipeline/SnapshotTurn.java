package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.threads.Threads;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A job's turn to take a snapshot, which the coordinator gives: a host of many sources is not asked for all of them at once
 * (P6).
 *
 * <p>Threads: {@link #await} and {@link #over} the job's; the others any.
 */
public final class SnapshotTurn {

    /** What is said of it in each report. */
    public enum State {
        NONE,
        WANTED,
        HELD
    }

    /** Connections that were not used for so long may be dead. */
    private static final long LONG_NANOS = Duration.ofSeconds(5).toNanos();

    private final Threads threads;
    private final Runnable onNews;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed;
    private volatile State state = State.NONE; // written under the lock

    /** @param onNews is told when the turn is wanted, and when it is over: another job may wait for it; must not wait */
    SnapshotTurn(Threads threads, Runnable onNews) {
        this.threads = requireNonNull(threads, "threads is null");
        this.onNews = requireNonNull(onNews, "onNews is null");
        this.changed = threads.condition(lock);
    }

    State state() {
        return state;
    }

    /** Waits until it has come. @return whether that took long */
    boolean await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (state == State.HELD) {
                return false;
            }
            long since = threads.nanos();
            state = State.WANTED;
            onNews.run();
            while (state == State.WANTED) {
                changed.await();
            }
            return threads.nanos() - since > LONG_NANOS;
        } finally {
            if (state == State.WANTED) {
                state = State.NONE; // interrupted
            }
            lock.unlock();
        }
    }

    /** It has come; nothing to be said if it is not wanted any more. */
    void grant() {
        lock.lock();
        try {
            if (state == State.WANTED) {
                state = State.HELD;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The snapshot is taken, or given up. */
    void over() {
        lock.lock();
        try {
            boolean held = state == State.HELD;
            state = State.NONE;
            if (held) {
                onNews.run();
            }
        } finally {
            lock.unlock();
        }
    }
}
