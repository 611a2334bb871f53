package io.pikaferry.standin.dump;

import static io.pikaferry.standin.dump.SubDatabase.Family.DEFAULT;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_HASH;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_LIST;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_SCORE;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_SET;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_STREAM;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_ZSET;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StreamValue;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import io.pikaferry.standin.dump.SubDatabase.Family;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDBException;

/**
 * Writes keys in the format of 4.0.1: a few RocksDBs alike, each with seven column families
 * (spec/dump-formats.md §3.3). Times are milliseconds with the highest bit set.
 */
final class FloydWriter implements DumpWriter {

    /** Type bytes of meta records. */
    static final byte STRING = 0;

    static final byte HASH = 1;
    static final byte SET = 2;
    static final byte LIST = 3;
    static final byte ZSET = 4;
    static final byte STREAM = 5;

    private static final long MILLIS_MARK = 1L << 63;
    private static final byte HYPERLOGLOG_MARK = (byte) 0x80;
    private static final long NEW_STREAM_VERSION = 2;
    private static final long FIRST_LIST_INDEX = 0x8000000000000000L;
    private static final int RESERVED = 16;

    private final List<SubDatabase> instances = new ArrayList<>();
    private final long nowMillis;

    /**
     * Opens an empty directory.
     *
     * @param nowMillis creation time and version of everything
     * @param mode WRITE or BULK
     */
    FloydWriter(Path directory, long nowMillis, int instanceCount, SubDatabase.Mode mode)
            throws IOException, RocksDBException {
        this.nowMillis = nowMillis;
        for (int i = 0; i < instanceCount; i++) {
            Path instance = Files.createDirectories(directory.resolve(Integer.toString(i)));
            instances.add(new SubDatabase(
                    instance, mode, DEFAULT, FLOYD_HASH, FLOYD_SET, FLOYD_LIST, FLOYD_ZSET, FLOYD_SCORE, FLOYD_STREAM));
        }
    }

    private SubDatabase of(Bytes key) {
        return instances.get(FloydKeys.instance(key, instances.size()));
    }

    @Override
    public void string(Bytes key, Bytes value, long expireAt) throws RocksDBException {
        string(key, value, expireAt, (byte) 0);
    }

    @Override
    public void hyperLogLog(Bytes key, Bytes value, long expireAt) throws RocksDBException {
        string(key, value, expireAt, HYPERLOGLOG_MARK);
    }

    private void string(Bytes key, Bytes value, long expireAt, byte mark) throws RocksDBException {
        ByteBuffer stored =
                little(1 + value.length() + RESERVED + 16).put(STRING).put(value.array());
        stored.put(stored.position(), mark).position(stored.position() + RESERVED);
        of(key).put(DEFAULT, FloydKeys.meta(key), times(stored, expireAt).array());
    }

    @Override
    public void hash(Bytes key, Iterator<Map.Entry<Bytes, Bytes>> fields, long expireAt) throws RocksDBException {
        int count = 0;
        while (fields.hasNext()) {
            Map.Entry<Bytes, Bytes> field = fields.next();
            element(FLOYD_HASH, key, field.getKey().array(), field.getValue().array());
            count++;
        }
        meta(HASH, key, count, expireAt);
    }

    @Override
    public void set(Bytes key, Iterator<Bytes> members, long expireAt) throws RocksDBException {
        int count = 0;
        while (members.hasNext()) {
            element(FLOYD_SET, key, members.next().array(), new byte[0]);
            count++;
        }
        meta(SET, key, count, expireAt);
    }

    @Override
    public void zset(Bytes key, Iterator<Scored> members, long expireAt) throws RocksDBException {
        int count = 0;
        while (members.hasNext()) {
            Scored scored = members.next();
            byte[] score = little(8).putDouble(scored.score()).array();
            element(FLOYD_ZSET, key, scored.member().array(), score);
            element(FLOYD_SCORE, key, FloydKeys.score(scored.score(), scored.member()), new byte[0]);
            count++;
        }
        meta(ZSET, key, count, expireAt);
    }

    @Override
    public void list(Bytes key, Iterator<Bytes> elements, long expireAt) throws RocksDBException {
        long index = FIRST_LIST_INDEX;
        while (elements.hasNext()) {
            element(FLOYD_LIST, key, FloydKeys.index(index++), elements.next().array());
        }
        ByteBuffer meta = little(81)
                .put(LIST)
                .putLong(index - FIRST_LIST_INDEX)
                .putLong(nowMillis)
                .putLong(FIRST_LIST_INDEX - 1)
                .putLong(0)
                .putLong(index)
                .putLong(0);
        meta.position(meta.position() + RESERVED);
        of(key).put(DEFAULT, FloydKeys.meta(key), times(meta, expireAt).array());
    }

    @Override
    public void stream(Bytes key, StreamValue stream) throws RocksDBException {
        for (var entry : stream.entries().entrySet()) {
            byte[] dataKey = FloydKeys.data(key, NEW_STREAM_VERSION, FloydKeys.streamId(entry.getKey()));
            of(key).put(FLOYD_STREAM, dataKey, StreamRecords.words(entry.getValue()));
        }
        byte[] meta = StreamRecords.meta(stream, little(73).put(STREAM))
                .putLong(NEW_STREAM_VERSION)
                .array();
        of(key).put(DEFAULT, FloydKeys.meta(key), meta);
    }

    private void element(Family family, Bytes key, byte[] data, byte[] value) throws RocksDBException {
        byte[] stored = little(value.length + RESERVED + 8)
                .put(value)
                .putLong(value.length + RESERVED, nowMillis | MILLIS_MARK)
                .array();
        of(key).put(family, FloydKeys.data(key, nowMillis, data), stored);
    }

    private void meta(byte type, Bytes key, int count, long expireAt) throws RocksDBException {
        ByteBuffer meta = little(45).put(type).putInt(count).putLong(nowMillis);
        meta.position(meta.position() + RESERVED);
        of(key).put(DEFAULT, FloydKeys.meta(key), times(meta, expireAt).array());
    }

    private ByteBuffer times(ByteBuffer record, long expireAt) {
        return record.putLong(nowMillis | MILLIS_MARK).putLong(expireAt == 0 ? 0 : expireAt | MILLIS_MARK);
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws RocksDBException, IOException {
        for (SubDatabase instance : instances) {
            instance.close();
        }
    }
}
