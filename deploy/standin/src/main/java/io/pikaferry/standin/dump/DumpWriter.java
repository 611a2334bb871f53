package io.pikaferry.standin.dump;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.StreamValue;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import org.rocksdb.RocksDBException;

/**
 * Writes keys in the format of one Pika line. Elements are taken from iterators, so a collection need
 * not fit into memory. Expiry stamps are in the line's own unit; 0 is never.
 */
interface DumpWriter extends AutoCloseable {

    void string(Bytes key, Bytes value, long expireAt) throws RocksDBException;

    /** A string that is Pika's own HyperLogLog, which only 4.0 marks. */
    default void hyperLogLog(Bytes key, Bytes value, long expireAt) throws RocksDBException {
        string(key, value, expireAt);
    }

    void hash(Bytes key, Iterator<Map.Entry<Bytes, Bytes>> fields, long expireAt) throws RocksDBException;

    void list(Bytes key, Iterator<Bytes> elements, long expireAt) throws RocksDBException;

    void set(Bytes key, Iterator<Bytes> members, long expireAt) throws RocksDBException;

    void zset(Bytes key, Iterator<Scored> members, long expireAt) throws RocksDBException;

    void stream(Bytes key, StreamValue stream) throws RocksDBException;

    /** All that lives, and what 2.3 remembers of what was emptied. */
    default void write(Dataset data) throws RocksDBException {
        for (var entry : data.strings().all()) {
            var value = entry.getValue();
            if (value.isHyperLogLog()) {
                hyperLogLog(entry.getKey(), value.get(), value.expireStamp());
            } else {
                string(entry.getKey(), value.get(), value.expireStamp());
            }
        }
        for (var entry : data.hashes().all()) {
            var value = entry.getValue();
            hash(entry.getKey(), value.fields().entrySet().iterator(), value.expireStamp());
        }
        for (var entry : data.lists().all()) {
            list(
                    entry.getKey(),
                    entry.getValue().elements().iterator(),
                    entry.getValue().expireStamp());
        }
        for (var entry : data.sets().all()) {
            set(
                    entry.getKey(),
                    entry.getValue().members().iterator(),
                    entry.getValue().expireStamp());
        }
        for (var entry : data.zsets().all()) {
            zset(
                    entry.getKey(),
                    entry.getValue().ranking().iterator(),
                    entry.getValue().expireStamp());
        }
        for (var emptied : data.lists().remembered().entrySet()) {
            list(emptied.getKey(), Collections.emptyIterator(), emptied.getValue());
        }
        for (var emptied : data.sets().remembered().entrySet()) {
            set(emptied.getKey(), Collections.emptyIterator(), emptied.getValue());
        }
        for (var emptied : data.zsets().remembered().entrySet()) {
            zset(emptied.getKey(), Collections.emptyIterator(), emptied.getValue());
        }
        for (var entry : data.streams().all()) {
            stream(entry.getKey(), entry.getValue());
        }
    }

    @Override
    void close() throws RocksDBException, IOException;
}
