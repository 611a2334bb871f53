package io.pikaferry.worker.pace;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.threads.Threads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets commands into the lanes of a job no faster than is allowed. What is allowed may change at any time, and holds at once,
 * also for who is waiting.
 *
 * <p>Safe for use by many threads. Who waits can be interrupted.
 */
public final class Pace {

    /** Shorter naps cost more than they are exact: what was slept too long may pass later. */
    private static final long SHORTEST_NAP_NANOS = Duration.ofMillis(2).toNanos();

    private static final long LONGEST_NAP_NANOS = Duration.ofSeconds(1).toNanos();

    /** So long after it has kept somebody waiting, it still counts as what holds the job up. */
    private static final long HOLDS_UP_NANOS = Duration.ofMillis(500).toNanos();

    private final Threads threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed;

    private Limits limits; // this and what follows: guarded by the lock
    private Optional<TokenBucket> commands = Optional.empty();
    private Optional<TokenBucket> bytes = Optional.empty();
    private Optional<TokenBucket> throttledCommands = Optional.empty();
    private Optional<TokenBucket> throttledBytes = Optional.empty();
    private volatile boolean free = true; // read without the lock: mostly there is no limit
    private long heldUpAt;
    private boolean hasHeldUp;

    public Pace(Threads threads, Limits limits) {
        this.threads = requireNonNull(threads, "threads is null");
        this.changed = threads.condition(lock);
        this.limits = Limits.NONE;
        limit(limits);
    }

    public Limits limits() {
        lock.lock();
        try {
            return limits;
        } finally {
            lock.unlock();
        }
    }

    /** What the operator allows from now on. */
    public void limit(Limits wanted) {
        requireNonNull(wanted, "wanted is null");
        lock.lock();
        try {
            commands = bucket(commands, wanted.commandsPerSecond());
            bytes = bucket(bytes, wanted.bytesPerSecond());
            limits = wanted;
            if (!wanted.throttled()) {
                throttledCommands = Optional.empty();
                throttledBytes = Optional.empty();
            }
            change();
        } finally {
            lock.unlock();
        }
    }

    /** What the state of the target allows from now on, beside the operator. */
    public void throttle(Throttle.Verdict verdict) {
        lock.lock();
        try {
            boolean obeyed = limits.throttled();
            throttledCommands = bucket(throttledCommands, obeyed ? verdict.commandsPerSecond() : 0);
            throttledBytes = bucket(throttledBytes, obeyed ? verdict.bytesPerSecond() : 0);
            change();
        } finally {
            lock.unlock();
        }
    }

    /** What has not changed goes on as it was, or setting it again and again would let things pass. */
    private Optional<TokenBucket> bucket(Optional<TokenBucket> before, long perSecond) {
        if (perSecond == 0) {
            return Optional.empty();
        }
        return before.filter(bucket -> bucket.perSecond() == perSecond)
                .or(() -> Optional.of(new TokenBucket(perSecond, threads.nanos())));
    }

    private void change() {
        free = commands.isEmpty() && bytes.isEmpty() && throttledCommands.isEmpty() && throttledBytes.isEmpty();
        changed.signalAll();
    }

    /** Whether the operator's limit, and not the source or the target, is what the job waits for just now. */
    public boolean holdsUp() {
        lock.lock();
        try {
            return limits.limitsRate() && hasHeldUp && threads.nanos() - heldUpAt < HOLDS_UP_NANOS;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is limited just now, so that nobody is kept waiting. */
    public boolean isFree() {
        return free;
    }

    /** Waits until so much may pass. */
    public void take(long commandCount, long byteCount) throws InterruptedException {
        while (!tryTake(commandCount, byteCount, LONGEST_NAP_NANOS)) {
            // limits may be such that nothing passes for a long time
        }
    }

    /** Waits until so much may pass, but not longer than that. @return whether it may */
    public boolean tryTake(long commandCount, long byteCount, Duration wait) throws InterruptedException {
        return tryTake(commandCount, byteCount, wait.toNanos());
    }

    private boolean tryTake(long commandCount, long byteCount, long nanos) throws InterruptedException {
        if (free || commandCount == 0) {
            return true;
        }
        long deadline = threads.nanos() + nanos;
        lock.lockInterruptibly();
        try {
            while (true) {
                long now = threads.nanos();
                long limited = Math.max(held(commands, now), held(bytes, now));
                long wait = Math.max(limited, Math.max(held(throttledCommands, now), held(throttledBytes, now)));
                if (wait == 0) {
                    commands.ifPresent(bucket -> bucket.take(commandCount, now));
                    bytes.ifPresent(bucket -> bucket.take(byteCount, now));
                    throttledCommands.ifPresent(bucket -> bucket.take(commandCount, now));
                    throttledBytes.ifPresent(bucket -> bucket.take(byteCount, now));
                    return true;
                }
                if (limited > 0) {
                    heldUpAt = now;
                    hasHeldUp = true;
                }
                if (deadline - now <= 0) {
                    return false;
                }
                long nap = Math.min(Math.max(wait, SHORTEST_NAP_NANOS), deadline - now);
                long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nap));
                changed.await(millis, TimeUnit.MILLISECONDS); // or until something has changed
            }
        } finally {
            lock.unlock();
        }
    }

    private static long held(Optional<TokenBucket> bucket, long now) {
        return bucket.map(some -> some.nanosToWait(now)).orElse(0L);
    }
}
