package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;

/** Takes what a scan finds in one unit. Used by one thread; the pieces of a key come one after the other. */
public interface SnapshotSink {

    /** Waits while the target is behind: that is the scan's back-pressure. */
    void take(SnapshotChunk chunk) throws InterruptedException;

    /**
     * Something in the dump cannot be carried over: TYPE_CONFLICT, KEY_DESTROYED, NOT_REPRESENTABLE …
     *
     * @param key as far as it is known
     * @param message what it is, without any value
     */
    void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) throws InterruptedException;

    /**
     * A set, sorted set or list that is empty, and of which the source remembers the expiry: what is filled in there gets it.
     *
     * @param expireAtMillis not over yet
     */
    default void emptied(int db, byte[] key, PikaType type, long expireAtMillis) throws InterruptedException {}

    /** All of the unit has been handed over. */
    default void finished(SnapshotScan.Summary what) throws InterruptedException {}
}
