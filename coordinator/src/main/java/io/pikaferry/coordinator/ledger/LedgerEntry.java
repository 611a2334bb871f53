package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * One thing that could not be applied as it was, as a worker tells of it.
 *
 * @param id stable: derived from the stream, the position and the key
 * @param code FERRY-2301; kept as it came, since a worker may be newer than we are
 * @param message names the command, never the values
 * @param position empty if it was found in the snapshot
 * @param count how often it was met under one epoch
 * @param state open, ignored or reconciled
 */
public record LedgerEntry(
        String id,
        String code,
        String message,
        Bytes key,
        StreamId stream,
        Optional<BinlogPosition> position,
        Instant at,
        long count,
        String state) {

    public static final String OPEN = "open";

    private static final int MAX_MESSAGE = 500;
    private static final int MAX_KEY = 512;

    public LedgerEntry {
        requireNonNull(stream, "stream is null");
        requireNonNull(position, "position is null");
        requireNonNull(at, "at is null");
        if (id.isEmpty() || id.length() > 200) {
            throw new IllegalArgumentException("a ledger entry needs an id of 1..200 characters, got " + id.length());
        }
        code = Shortened.to(20, code);
        message = Shortened.to(MAX_MESSAGE, message);
        state = state.isEmpty() ? OPEN : Shortened.to(20, state);
        count = Math.max(1, count);
        if (key.length() > MAX_KEY) {
            key = Bytes.owning(Arrays.copyOf(key.array(), MAX_KEY));
        }
    }

    public boolean open() {
        return state.equals(OPEN);
    }
}
