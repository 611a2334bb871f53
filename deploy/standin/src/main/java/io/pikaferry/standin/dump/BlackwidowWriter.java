package io.pikaferry.standin.dump;

import static io.pikaferry.standin.dump.SubDatabase.Family.DATA;
import static io.pikaferry.standin.dump.SubDatabase.Family.DEFAULT;
import static io.pikaferry.standin.dump.SubDatabase.Family.LIST_NODES;
import static io.pikaferry.standin.dump.SubDatabase.Family.MEMBER;
import static io.pikaferry.standin.dump.SubDatabase.Family.SCORE;

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
import java.util.Optional;
import org.rocksdb.RocksDBException;

/**
 * Writes keys in the format of 3.0 to 3.5: five RocksDBs of metas and data (spec/dump-formats.md
 * §3.2). Elements are taken from iterators, so a collection need not fit into memory.
 */
final class BlackwidowWriter implements DumpWriter {

    private static final byte[] NOTHING = new byte[0];
    private static final int NEW_STREAM_VERSION = 2;
    private static final long FIRST_LIST_INDEX = 0x8000000000000000L;

    private final SubDatabase strings;
    private final SubDatabase hashes;
    private final SubDatabase lists;
    private final SubDatabase sets;
    private final SubDatabase zsets;
    private final Optional<SubDatabase> streams;
    private final int version;

    /**
     * Opens an empty directory.
     *
     * @param version of every collection: a Unix time
     * @param mode WRITE or BULK
     * @param withStreams whether there are streams: from 3.5.3 on
     */
    BlackwidowWriter(Path directory, int version, SubDatabase.Mode mode, boolean withStreams)
            throws IOException, RocksDBException {
        this.version = version;
        Files.createDirectories(directory);
        strings = new SubDatabase(directory.resolve("strings"), mode, DEFAULT);
        hashes = new SubDatabase(directory.resolve("hashes"), mode, DEFAULT, DATA);
        lists = new SubDatabase(directory.resolve("lists"), mode, DEFAULT, LIST_NODES);
        sets = new SubDatabase(directory.resolve("sets"), mode, DEFAULT, MEMBER);
        zsets = new SubDatabase(directory.resolve("zsets"), mode, DEFAULT, DATA, SCORE);
        streams = withStreams
                ? Optional.of(new SubDatabase(directory.resolve("streams"), mode, DEFAULT, DATA))
                : Optional.empty();
    }

    @Override
    public void string(Bytes key, Bytes value, long expireAt) throws RocksDBException {
        byte[] stored = little(value.length() + 4)
                .put(value.array())
                .putInt((int) expireAt)
                .array();
        strings.put(DEFAULT, key.array(), stored);
    }

    @Override
    public void hash(Bytes key, Iterator<Map.Entry<Bytes, Bytes>> fields, long expireAt) throws RocksDBException {
        int count = 0;
        while (fields.hasNext()) {
            Map.Entry<Bytes, Bytes> field = fields.next();
            hashes.put(
                    DATA,
                    BlackwidowKeys.element(key, version, field.getKey()),
                    field.getValue().array());
            count++;
        }
        hashes.put(DEFAULT, key.array(), meta(count, expireAt));
    }

    @Override
    public void set(Bytes key, Iterator<Bytes> members, long expireAt) throws RocksDBException {
        int count = 0;
        while (members.hasNext()) {
            sets.put(MEMBER, BlackwidowKeys.element(key, version, members.next()), NOTHING);
            count++;
        }
        sets.put(DEFAULT, key.array(), meta(count, expireAt));
    }

    @Override
    public void zset(Bytes key, Iterator<Scored> members, long expireAt) throws RocksDBException {
        int count = 0;
        while (members.hasNext()) {
            Scored scored = members.next();
            byte[] score = little(8).putDouble(scored.score()).array();
            zsets.put(DATA, BlackwidowKeys.element(key, version, scored.member()), score);
            zsets.put(SCORE, BlackwidowKeys.score(key, version, scored.score(), scored.member()), NOTHING);
            count++;
        }
        zsets.put(DEFAULT, key.array(), meta(count, expireAt));
    }

    @Override
    public void list(Bytes key, Iterator<Bytes> elements, long expireAt) throws RocksDBException {
        long index = FIRST_LIST_INDEX;
        while (elements.hasNext()) {
            lists.put(
                    LIST_NODES,
                    BlackwidowKeys.index(key, version, index++),
                    elements.next().array());
        }
        byte[] meta = little(32)
                .putLong(index - FIRST_LIST_INDEX)
                .putInt(version)
                .putInt((int) expireAt)
                .putLong(FIRST_LIST_INDEX - 1)
                .putLong(index)
                .array();
        lists.put(DEFAULT, key.array(), meta);
    }

    @Override
    public void stream(Bytes key, StreamValue stream) throws RocksDBException {
        SubDatabase db = streams.orElseThrow(() -> new IllegalStateException("this Pika knows no streams"));
        for (var entry : stream.entries().entrySet()) {
            byte[] dataKey = BlackwidowKeys.streamId(key, NEW_STREAM_VERSION, entry.getKey());
            db.put(DATA, dataKey, StreamRecords.words(entry.getValue()));
        }
        byte[] meta = StreamRecords.meta(stream, little(68))
                .putInt(NEW_STREAM_VERSION)
                .array();
        db.put(DEFAULT, key.array(), meta);
    }

    private byte[] meta(int count, long expireAt) {
        return little(12).putInt(count).putInt(version).putInt((int) expireAt).array();
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws RocksDBException, IOException {
        strings.close();
        hashes.close();
        lists.close();
        sets.close();
        zsets.close();
        if (streams.isPresent()) {
            streams.get().close();
        }
    }
}
