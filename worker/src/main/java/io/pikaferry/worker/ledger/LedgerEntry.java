package io.pikaferry.worker.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.util.Optional;

/**
 * One thing that could not be applied as it was.
 *
 * @param id the same whenever the same thing is met again
 * @param db of the target
 * @param position the end of the item; empty: found in the snapshot
 */
public record LedgerEntry(
        String id,
        ErrorCode code,
        String message,
        Bytes key,
        int db,
        StreamId stream,
        Optional<BinlogPosition> position,
        long atMillis) {

    public LedgerEntry {
        requireNonNull(id, "id is null");
        requireNonNull(code, "code is null");
        requireNonNull(message, "message is null");
        requireNonNull(key, "key is null");
        requireNonNull(stream, "stream is null");
        requireNonNull(position, "position is null");
    }
}
