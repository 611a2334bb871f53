package io.pikaferry.standin.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What a test wants to go wrong. Every fault strikes once, unless its name says otherwise, and can be
 * set at any time. Safe for use by many threads.
 */
public final class Faults {

    private static final long NEVER = Long.MAX_VALUE;

    private final AtomicLong bytesUntilKill = new AtomicLong(NEVER);
    private final AtomicInteger itemsToDrop = new AtomicInteger();
    private final AtomicInteger framesToCorrupt = new AtomicInteger();
    private final AtomicInteger transfersUntilStop = new AtomicInteger(-1);
    private final AtomicReference<Optional<String>> syncRefusal = new AtomicReference<>(Optional.empty());
    private final ReadWriteLock reading = new ReentrantReadWriteLock();
    private final AtomicReference<Duration> dumpDelay = new AtomicReference<>(Duration.ZERO);

    /** The next binlog connection that has carried so many bytes more is closed, within a frame if need be. */
    public void killBinlogConnectionAfter(long bytes) {
        bytesUntilKill.set(bytes);
    }

    /** The next items are read but not sent: a gap. */
    public void dropItems(int count) {
        itemsToDrop.set(count);
    }

    /** A byte of the next frames' head is flipped. */
    public void corruptFrames(int count) {
        framesToCorrupt.set(count);
    }

    /** The next full sync stops after so many transfers: nothing more comes, not even info. */
    public void stopTransferAfter(int transfers) {
        transfersUntilStop.set(transfers);
    }

    /** Every request to sync is refused with that text until {@link #acceptSync()}. */
    public void refuseSync(String text) {
        syncRefusal.set(Optional.of(text));
    }

    public void acceptSync() {
        syncRefusal.set(Optional.empty());
    }

    /** Every dump takes so much longer. */
    public void delayDumps(Duration delay) {
        dumpDelay.set(delay);
    }

    /** While this is held nothing is read to be sent: what is logged meanwhile goes out together. For masters from 3.1 on. */
    public Lock pause() {
        return reading.writeLock();
    }

    /** To be held while items are read to be sent. */
    public Lock reading() {
        return reading.readLock();
    }

    public void reset() {
        bytesUntilKill.set(NEVER);
        itemsToDrop.set(0);
        framesToCorrupt.set(0);
        transfersUntilStop.set(-1);
        acceptSync();
        delayDumps(Duration.ZERO);
    }

    /** How many of the bytes may be sent; fewer than asked for means: send them and close. */
    public int sendable(int bytes) {
        if (bytesUntilKill.get() == NEVER) {
            return bytes;
        }
        long left = bytesUntilKill.addAndGet(-bytes);
        if (left >= 0) {
            return bytes;
        }
        bytesUntilKill.set(NEVER);
        return (int) Math.max(0, bytes + left);
    }

    public boolean takeDrop() {
        return take(itemsToDrop);
    }

    public boolean takeCorruption() {
        return take(framesToCorrupt);
    }

    /** Whether one more transfer of a dump may begin. */
    public boolean takeTransfer() {
        return transfersUntilStop.get() < 0 || transfersUntilStop.getAndDecrement() > 0;
    }

    public Optional<String> syncRefusal() {
        return syncRefusal.get();
    }

    public Duration dumpDelay() {
        return dumpDelay.get();
    }

    private static boolean take(AtomicInteger counter) {
        return counter.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }
}
