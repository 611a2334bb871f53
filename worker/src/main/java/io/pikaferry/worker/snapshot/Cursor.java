package io.pikaferry.worker.snapshot;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.snapshot.table.RecordCursor;
import io.pikaferry.worker.snapshot.table.UnreadableTableException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Walks the records of a family: over its tables, as long as those are what we know; from the first that is not on, and
 * where there is no other way, with RocksDB. What is damaged is always RocksDB's to say.
 *
 * <p>Keys and values are read into buffers that are used again: they are good until the next move. Used by one thread.
 */
final class Cursor implements AutoCloseable {

    private interface TableMove {
        void move(RecordCursor cursor) throws UnreadableTableException;
    }

    private static final int KEPT_BUFFER_BYTES = 1 << 20;

    private final DumpDatabase database;
    private final Supplier<RocksCursor> slowWay;
    private Optional<RecordCursor> tables;
    private Optional<RocksCursor> rocks = Optional.empty();

    private boolean valid;
    private byte[] key = new byte[0];
    private int keyLength;
    private byte[] value = new byte[1024];

    /** @param tables none, if only RocksDB can tell */
    Cursor(DumpDatabase database, Optional<RecordCursor> tables, Supplier<RocksCursor> slowWay) {
        this.database = requireNonNull(database, "database is null");
        this.tables = requireNonNull(tables, "tables is null");
        this.slowWay = requireNonNull(slowWay, "slowWay is null");
    }

    void seek(byte[] target) {
        move(cursor -> cursor.seek(target), cursor -> cursor.seek(target));
    }

    void seekToFirst() {
        move(RecordCursor::seekToFirst, RocksCursor::seekToFirst);
    }

    void next() {
        move(RecordCursor::next, RocksCursor::next);
    }

    private void move(TableMove overTables, Consumer<RocksCursor> slowly) {
        if (tables.isPresent()) {
            try {
                overTables.move(tables.get());
            } catch (UnreadableTableException e) {
                goOnWithRocks(e).ifPresentOrElse(this::behind, () -> slowly.accept(rocks()));
            }
        } else {
            slowly.accept(rocks());
        }
        arrive();
    }

    /** Returns the last key of which the tables have told all, if there is one. */
    private Optional<byte[]> goOnWithRocks(UnreadableTableException why) {
        RecordCursor left = tables.orElseThrow();
        tables = Optional.empty();
        database.unreadable(why);
        Optional<byte[]> dealtWith =
                left.begun() ? Optional.of(Arrays.copyOf(left.key(), left.keyLength())) : Optional.empty();
        left.close();
        return dealtWith;
    }

    private void behind(byte[] last) {
        RocksCursor cursor = rocks();
        cursor.seek(last);
        if (cursor.valid() && Arrays.equals(cursor.key(), 0, cursor.keyLength(), last, 0, last.length)) {
            cursor.next();
        }
    }

    private RocksCursor rocks() {
        if (rocks.isEmpty()) {
            rocks = Optional.of(slowWay.get());
        }
        return rocks.get();
    }

    private void arrive() {
        if (tables.isPresent()) {
            RecordCursor at = tables.get();
            valid = at.valid();
            key = at.key();
            keyLength = at.keyLength();
        } else {
            RocksCursor at = rocks();
            valid = at.valid();
            key = at.key();
            keyLength = at.keyLength();
        }
    }

    /** Whether it goes over the tables still. */
    boolean readsTables() {
        return tables.isPresent();
    }

    /** Whether it stands at a record. */
    boolean valid() {
        return valid;
    }

    /** Begins with the key; {@link #keyLength} says where it ends. */
    byte[] key() {
        return key;
    }

    int keyLength() {
        return keyLength;
    }

    byte[] copyKey(int from, int to) {
        return Arrays.copyOfRange(key, from, to);
    }

    boolean keyStartsWith(byte[] prefix) {
        return valid && keyLength >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Negative: the key sorts before the other, byte by byte. */
    int compareKey(byte[] other) {
        return Arrays.compareUnsigned(key, 0, keyLength, other, 0, other.length);
    }

    /** Reads the value into {@link #value()} and returns its length. */
    int readValue() {
        if (value.length > KEPT_BUFFER_BYTES) {
            value = new byte[KEPT_BUFFER_BYTES];
        }
        if (tables.isPresent()) {
            int length = tables.get().valueLength();
            makeRoom(length);
            tables.get().copyValue(value);
            return length;
        }
        int length = rocks().value(value);
        if (length > value.length) {
            makeRoom(length);
            rocks().value(value);
        }
        return length;
    }

    private void makeRoom(int length) {
        if (length > value.length) {
            value = new byte[Math.max(length, 2 * value.length)];
        }
    }

    /** As {@link #readValue} left it. */
    byte[] value() {
        return value;
    }

    /** The value in an array of its own, for one that is carried over whole. */
    byte[] freshValue() {
        if (tables.isPresent()) {
            return tables.get().freshValue();
        }
        int length = rocks().value(value);
        return length <= value.length ? Arrays.copyOf(value, length) : rocks().value();
    }

    byte[] copyValue(int from, int to) {
        return Arrays.copyOfRange(value, from, to);
    }

    @Override
    public void close() {
        tables.ifPresent(RecordCursor::close);
        rocks.ifPresent(RocksCursor::close);
    }
}
