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
 * @param command the name of what was refused; empty if it was no command
 * @param message names the command, never the values
 * @param key the first 512 bytes of it
 * @param keyBytes how long it is
 * @param db of the target
 * @param stream of the source
 * @param position empty if it was found in the snapshot, or concerns the key as a whole
 * @param at when it was met last
 * @param count how often it was met under one epoch
 */
public record LedgerEntry(
        String id,
        String code,
        String command,
        String message,
        Bytes key,
        int keyBytes,
        int db,
        StreamId stream,
        Optional<BinlogPosition> position,
        Instant at,
        long count,
        EntryState state) {

    private static final int MAX_MESSAGE = 500;
    private static final int MAX_COMMAND = 64;
    private static final int MAX_KEY = 512;

    public LedgerEntry {
        requireNonNull(stream, "stream is null");
        requireNonNull(position, "position is null");
        requireNonNull(at, "at is null");
        requireNonNull(state, "state is null");
        if (id.isEmpty() || id.length() > 200) {
            throw new IllegalArgumentException("a ledger entry needs an id of 1..200 characters, got " + id.length());
        }
        code = Shortened.to(20, code);
        command = Shortened.to(MAX_COMMAND, command);
        message = Shortened.to(MAX_MESSAGE, message);
        count = Math.max(1, count);
        keyBytes = Math.max(keyBytes, key.length());
        if (key.length() > MAX_KEY) {
            key = Bytes.owning(Arrays.copyOf(key.array(), MAX_KEY));
        }
    }

    /** Whether all of the key is here, so that it can be asked for. */
    public boolean hasWholeKey() {
        return key.length() == keyBytes;
    }

    LedgerEntry in(EntryState next) {
        return new LedgerEntry(id, code, command, message, key, keyBytes, db, stream, position, at, count, next);
    }

    /** This, with what is told of it now. */
    LedgerEntry met(LedgerEntry told, EntryState next) {
        return new LedgerEntry(
                id,
                told.code,
                told.command.isEmpty() ? command : told.command,
                told.message,
                key,
                keyBytes,
                db,
                stream,
                position,
                told.at,
                told.count,
                next);
    }
}
