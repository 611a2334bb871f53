package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;

/**
 * Takes what a scan finds. Called from several threads at once; the pieces of one key come in order from one of them.
 */
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
}
