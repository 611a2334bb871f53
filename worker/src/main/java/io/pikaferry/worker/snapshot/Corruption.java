package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;

/**
 * Says of one sub-database what is wrong with it; never shows its data.
 *
 * @param subDatabase as {@code db0.0/hashes}
 */
record Corruption(String subDatabase) {

    FerryException found(String what) {
        return new FerryException(ErrorCode.SNAPSHOT_CORRUPT, subDatabase + ": " + what);
    }

    /** @throws FerryException unless the record has at least so many bytes */
    void atLeast(String record, int length, int wanted) {
        if (length < wanted) {
            throw found("%s has %d bytes, fewer than %d".formatted(record, length, wanted));
        }
    }

    /** @throws FerryException unless the record has exactly so many bytes */
    void exactly(String record, int length, int wanted) {
        if (length != wanted) {
            throw found("%s has %d bytes instead of %d".formatted(record, length, wanted));
        }
    }
}
