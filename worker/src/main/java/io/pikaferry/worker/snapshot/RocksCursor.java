package io.pikaferry.worker.snapshot;

import java.util.Optional;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * RocksDB's iterator, but one that cannot end silently: that says "no more" also when it meets damage; this one then has
 * looked at its status and thrown.
 *
 * <p>Keys are read into a buffer that is used again: they are good until the next move. Used by one thread.
 */
final class RocksCursor implements AutoCloseable {

    private final DumpDatabase database;
    private final RocksIterator iterator;
    private final ReadOptions options;
    private final Optional<Slice> bound;

    private boolean valid;
    private byte[] key = new byte[256];
    private int keyLength;

    RocksCursor(DumpDatabase database, RocksIterator iterator, ReadOptions options, Optional<Slice> bound) {
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

    /**
     * Writes the value, or what of it has room.
     *
     * @return its length
     */
    int value(byte[] into) {
        return iterator.value(into);
    }

    /** The value in an array that RocksDB's side makes, which costs several times one of ours. */
    byte[] value() {
        return iterator.value();
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        bound.ifPresent(Slice::close);
    }
}
