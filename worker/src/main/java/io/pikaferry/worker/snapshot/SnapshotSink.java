package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import java.util.Optional;

/**
 * Takes what a scan finds. Called from several threads at once; the pieces of one key come in order from one of them.
 */
public interface SnapshotSink {

    /** Waits while the target is behind: that is the scan's back-pressure. */
    void take(SnapshotChunk chunk) throws InterruptedException;

    /**
     * What was in a unit, a part of the dump, that is known to be brought over: then it is not handed over again.
     *
     * @param unit the same for the same part of the same dump, whenever it is scanned
     */
    default Optional<SnapshotScan.Summary> broughtOver(String unit) {
        return Optional.empty();
    }

    /** All of the unit has been handed over. */
    default void handedOver(String unit, SnapshotScan.Summary what) throws InterruptedException {}

    /**
     * A set, sorted set or list that is empty, and of which the source remembers the expiry: what is filled in there gets it.
     *
     * @param expireAtMillis not over yet
     */
    default void emptied(int db, byte[] key, PikaType type, long expireAtMillis) throws InterruptedException {}

    /**
     * Something in the dump cannot be carried over: TYPE_CONFLICT, KEY_DESTROYED, NOT_REPRESENTABLE …
     *
     * @param key as far as it is known
     * @param message what it is, without any value
     */
    void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) throws InterruptedException;
}
