package io.pikaferry.worker.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.sender.Refusals;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Collects a job's refusals until the coordinator has stored them. Safe for use by many threads.
 *
 * <p>The number of entries waiting is bounded; further ones are counted by their codes in one last entry, so that nothing
 * goes without a trace.
 */
public final class Ledger implements Refusals {

    private static final int MAX_WAITING = 2_000;

    private final Clock clock;
    private final Consumer<Optional<FerryException>> onWaiting;
    private final Consumer<LedgerEntry> onEntry;
    private final Map<String, LedgerEntry> waiting = new LinkedHashMap<>(); // guarded by this
    private long overflowed; // guarded by this

    /**
     * @param onWaiting hears when the target cannot take anything, and when it can again
     * @param onEntry hears of each new entry, before it is reported; must not wait
     */
    public Ledger(Clock clock, Consumer<Optional<FerryException>> onWaiting, Consumer<LedgerEntry> onEntry) {
        this.clock = requireNonNull(clock, "clock is null");
        this.onWaiting = requireNonNull(onWaiting, "onWaiting is null");
        this.onEntry = requireNonNull(onEntry, "onEntry is null");
    }

    @Override
    public void refused(StreamId stream, BinlogPosition end, int db, byte[] key, ErrorCode code, String message) {
        add(new LedgerEntry(
                "%s/%s/%08x".formatted(stream, end, hash(key)),
                code,
                message,
                Bytes.owning(key),
                db,
                stream,
                Optional.of(end),
                clock.millis()));
    }

    @Override
    public void refusedInLoad(int db, byte[] key, ErrorCode code, String message) {
        add(new LedgerEntry(
                "snapshot/db%d/%08x-%d-%08x".formatted(db, hash(key), key.length, message.hashCode()),
                code,
                message,
                Bytes.owning(key),
                db,
                StreamId.ONLY,
                Optional.empty(),
                clock.millis()));
    }

    @Override
    public void waiting(Optional<FerryException> why) {
        onWaiting.accept(why);
    }

    private static int hash(byte[] key) {
        CRC32C crc = new CRC32C();
        crc.update(key);
        return (int) crc.getValue();
    }

    private void add(LedgerEntry entry) {
        synchronized (this) {
            if (waiting.size() < MAX_WAITING || waiting.containsKey(entry.id())) {
                waiting.putIfAbsent(entry.id(), entry);
            } else {
                overflowed++;
            }
        }
        onEntry.accept(entry);
    }

    /** What the coordinator has not stored yet, oldest first. */
    public synchronized List<LedgerEntry> unreported() {
        return new ArrayList<>(waiting.values());
    }

    /** How many entries did not fit since the last call. */
    public synchronized long takeOverflowed() {
        long count = overflowed;
        overflowed = 0;
        return count;
    }

    /** The coordinator has stored them. */
    public synchronized void stored(List<LedgerEntry> entries) {
        entries.forEach(entry -> waiting.remove(entry.id()));
    }
}
