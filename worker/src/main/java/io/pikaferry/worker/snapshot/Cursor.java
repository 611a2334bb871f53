package io.pikaferry.worker.snapshot;

import java.util.Arrays;
import java.util.Optional;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * An iterator that cannot end silently: RocksDB's says "no more" also when it meets damage; this one then has looked
 * at its status and thrown.
 *
 * <p>Keys and values are read into buffers that are used again: they are good until the next move. Used by one thread.
 */
final class Cursor implements AutoCloseable {

    private static final int KEPT_BUFFER_BYTES = 1 << 20;

    private final DumpDatabase database;
    private final RocksIterator iterator;
    private final ReadOptions options;
    private final Optional<Slice> bound;

    private boolean valid;
    private byte[] key = new byte[256];
    private int keyLength;
    private byte[] value = new byte[1024];

    Cursor(DumpDatabase database, RocksIterator iterator, ReadOptions options, Optional<Slice> bound) {
        this.database = database;
        this.iterator = iterator;
        this.options = options;
        this.bound = bound;
    }

    void seek(byte[] target) {
        iterator.seek(target);
        arrive();
    }

    void seekToFirst() {
        iterator.seekToFirst();
        arrive();
    }

    void next() {
        iterator.next();
        arrive();
    }

    private void arrive() {
        valid = iterator.isValid();
        if (!valid) {
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw database.failed(e);
            }
            return;
        }
        keyLength = iterator.key(key);
        if (keyLength > key.length) {
            key = new byte[Math.max(keyLength, 2 * key.length)];
            iterator.key(key);
        }
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
        int length = iterator.value(value);
        if (length > value.length) {
            value = new byte[Math.max(length, 2 * value.length)];
            iterator.value(value);
        }
        return length;
    }

    /** As {@link #readValue} left it. */
    byte[] value() {
        return value;
    }

    /** The value in an array of its own, for one that is carried over whole. */
    byte[] freshValue() {
        int length = iterator.value(value);
        // An array that RocksDB's side makes costs several times one of ours.
        return length <= value.length ? Arrays.copyOf(value, length) : iterator.value();
    }

    byte[] copyValue(int from, int to) {
        return Arrays.copyOfRange(value, from, to);
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        bound.ifPresent(Slice::close);
    }
}
