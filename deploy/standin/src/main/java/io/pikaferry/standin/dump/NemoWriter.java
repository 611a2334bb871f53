package io.pikaferry.standin.dump;

import static io.pikaferry.standin.dump.SubDatabase.Family.DEFAULT;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StreamValue;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.rocksdb.RocksDBException;

/**
 * Writes keys in the format of 2.x: five RocksDBs, metas and data together, a version and an expiry time
 * at the end of each value (spec/dump-formats.md §3.1).
 */
final class NemoWriter implements DumpWriter {

    private final SubDatabase kv;
    private final SubDatabase hash;
    private final SubDatabase list;
    private final SubDatabase set;
    private final SubDatabase zset;
    private final int version;

    /**
     * Opens an empty directory.
     *
     * @param version of every collection: a Unix time
     */
    NemoWriter(Path directory, int version) throws IOException, RocksDBException {
        this.version = version;
        Files.createDirectories(directory);
        kv = open(directory, "kv", "");
        hash = open(directory, "hash", "h");
        list = open(directory, "list", "l");
        set = open(directory, "set", "s");
        zset = open(directory, "zset", "yz");
    }

    /** Every small letter stands alone once, so that scans end there. */
    private static SubDatabase open(Path directory, String name, String separators) throws RocksDBException {
        SubDatabase db = new SubDatabase(directory.resolve(name), SubDatabase.Mode.WRITE, DEFAULT);
        for (byte separator : separators.getBytes(US_ASCII)) {
            db.put(DEFAULT, new byte[] {separator}, new byte[8]);
        }
        return db;
    }

    @Override
    public void string(Bytes key, Bytes value, long expireAt) throws RocksDBException {
        kv.put(DEFAULT, key.array(), suffixed(value.array(), 0, expireAt));
    }

    @Override
    public void hash(Bytes key, Iterator<Map.Entry<Bytes, Bytes>> fields, long expireAt) throws RocksDBException {
        long count = 0;
        while (fields.hasNext()) {
            Map.Entry<Bytes, Bytes> field = fields.next();
            hash.put(
                    DEFAULT,
                    NemoKeys.field(key, field.getKey()),
                    suffixed(field.getValue().array(), version, expireAt));
            count++;
        }
        hash.put(DEFAULT, NemoKeys.meta('H', key), suffixed(number(count), version, expireAt));
    }

    @Override
    public void set(Bytes key, Iterator<Bytes> members, long expireAt) throws RocksDBException {
        long count = 0;
        while (members.hasNext()) {
            set.put(DEFAULT, NemoKeys.member('s', key, members.next()), suffixed(new byte[0], version, expireAt));
            count++;
        }
        set.put(DEFAULT, NemoKeys.meta('S', key), suffixed(number(count), version, expireAt));
    }

    @Override
    public void zset(Bytes key, Iterator<Scored> members, long expireAt) throws RocksDBException {
        long count = 0;
        while (members.hasNext()) {
            Scored scored = members.next();
            byte[] score = little(8).putDouble(scored.score()).array();
            zset.put(DEFAULT, NemoKeys.member('z', key, scored.member()), suffixed(score, version, expireAt));
            zset.put(
                    DEFAULT,
                    NemoKeys.score(key, scored.score(), scored.member()),
                    suffixed(new byte[0], version, expireAt));
            count++;
        }
        zset.put(DEFAULT, NemoKeys.meta('Z', key), suffixed(number(count), version, expireAt));
    }

    /** Nodes are numbered from 1 and linked both ways; 0 is no node. */
    @Override
    public void list(Bytes key, Iterator<Bytes> elements, long expireAt) throws RocksDBException {
        long sequence = 0;
        while (elements.hasNext()) {
            byte[] element = elements.next().array();
            sequence++;
            byte[] node = little(16 + element.length)
                    .putLong(sequence - 1)
                    .putLong(elements.hasNext() ? sequence + 1 : 0)
                    .put(element)
                    .array();
            list.put(DEFAULT, NemoKeys.node(key, sequence), suffixed(node, version, expireAt));
        }
        byte[] meta = little(32)
                .putLong(sequence)
                .putLong(sequence == 0 ? 0 : 1)
                .putLong(sequence)
                .putLong(sequence + 1)
                .array();
        list.put(DEFAULT, NemoKeys.meta('L', key), suffixed(meta, version, expireAt));
    }

    @Override
    public void stream(Bytes key, StreamValue stream) {
        throw new IllegalStateException("this Pika knows no streams");
    }

    private static byte[] number(long value) {
        return little(8).putLong(value).array();
    }

    private static byte[] suffixed(byte[] value, int version, long expireAt) {
        return little(value.length + 8)
                .put(value)
                .putInt(version)
                .putInt((int) expireAt)
                .array();
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws RocksDBException, IOException {
        kv.close();
        hash.close();
        list.close();
        set.close();
        zset.close();
    }
}
