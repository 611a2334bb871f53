package io.pikaferry.standin.dump;

import static io.pikaferry.standin.dump.SubDatabase.Family.DEFAULT;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_HASH;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_LIST;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_SET;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_STREAM;
import static io.pikaferry.standin.dump.SubDatabase.Family.FLOYD_ZSET;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.HashValue;
import io.pikaferry.standin.dataset.ListValue;
import io.pikaferry.standin.dataset.SetValue;
import io.pikaferry.standin.dataset.StreamValue;
import io.pikaferry.standin.dataset.StringValue;
import io.pikaferry.standin.dataset.ZsetValue;
import io.pikaferry.standin.dump.SubDatabase.Family;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Reads a dump of 4.0 into memory: only what lives there (spec/dump-formats.md §3.3, §4.3). */
final class FloydReader {

    private static final int RESERVED = 16;
    private static final int STRING_SUFFIX = RESERVED + 16;
    private static final int ELEMENT_SUFFIX = RESERVED + 8;
    private static final Family[] DATA = {FLOYD_HASH, FLOYD_SET, FLOYD_LIST, FLOYD_ZSET, FLOYD_STREAM};

    private final Path directory;
    private final Dataset data;

    FloydReader(Path directory, Dataset data) {
        this.directory = directory;
        this.data = data;
    }

    void read() throws RocksDBException, IOException {
        for (int i = 0; Files.exists(directory.resolve(i + "/CURRENT")); i++) {
            try (SubDatabase db = new SubDatabase(
                    directory.resolve(Integer.toString(i)),
                    SubDatabase.Mode.READ,
                    DEFAULT,
                    FLOYD_HASH,
                    FLOYD_SET,
                    FLOYD_LIST,
                    FLOYD_ZSET,
                    FLOYD_STREAM)) {
                readInstance(db);
            }
        }
    }

    private void readInstance(SubDatabase db) throws RocksDBException {
        Map<Family, RocksIterator> iterators = new EnumMap<>(Family.class);
        for (Family family : DATA) {
            iterators.put(family, db.scan(family));
        }
        RocksIterator metas = db.scan(DEFAULT);
        for (metas.seekToFirst(); metas.isValid(); metas.next()) {
            Bytes key = FloydKeys.keyOf(metas.key());
            boolean isWhole = Arrays.equals(FloydKeys.meta(key), metas.key());
            if (isWhole) {
                readKey(key, metas.value(), iterators);
            }
        }
        metas.status();
        for (RocksIterator iterator : iterators.values()) {
            iterator.status();
        }
    }

    private void readKey(Bytes key, byte[] stored, Map<Family, RocksIterator> iterators) {
        ByteBuffer meta = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        long expireAt = stored[0] == FloydWriter.STREAM ? 0 : millis(meta.getLong(stored.length - 8));
        if (data.expiry().isGone(expireAt)) {
            return;
        }
        switch (stored[0]) {
            case FloydWriter.STRING -> {
                StringValue value = data.strings().replace(key);
                value.set(Bytes.owning(Arrays.copyOfRange(stored, 1, stored.length - STRING_SUFFIX)));
                value.markHyperLogLog(stored[stored.length - STRING_SUFFIX] < 0);
                value.expireAt(expireAt);
            }
            case FloydWriter.HASH -> {
                HashValue value = data.hashes().replace(key);
                value.expireAt(expireAt);
                elements(iterators.get(FLOYD_HASH), key, meta.getLong(5), (field, content) -> value.fields()
                        .put(Bytes.owning(field), Bytes.owning(withoutSuffix(content))));
            }
            case FloydWriter.SET -> {
                SetValue value = data.sets().replace(key);
                value.expireAt(expireAt);
                elements(iterators.get(FLOYD_SET), key, meta.getLong(5), (member, content) -> value.members()
                        .add(Bytes.owning(member)));
            }
            case FloydWriter.ZSET -> {
                ZsetValue value = data.zsets().replace(key);
                value.expireAt(expireAt);
                elements(
                        iterators.get(FLOYD_ZSET),
                        key,
                        meta.getLong(5),
                        (member, content) -> value.put(
                                Bytes.owning(member),
                                ByteBuffer.wrap(content)
                                        .order(ByteOrder.LITTLE_ENDIAN)
                                        .getDouble(0)));
            }
            case FloydWriter.LIST -> {
                ListValue value = data.lists().replace(key);
                value.expireAt(expireAt);
                readList(value, key, meta, iterators.get(FLOYD_LIST));
            }
            case FloydWriter.STREAM -> {
                StreamValue value = data.streams().replace(key);
                elements(iterators.get(FLOYD_STREAM), key, meta.getLong(65), (id, words) -> value.entries()
                        .put(StreamRecords.id(id), StreamRecords.words(words)));
                StreamRecords.restore(value, meta.slice(1, 64).order(ByteOrder.LITTLE_ENDIAN));
            }
            default -> throw new IllegalStateException("a key of type " + stored[0]);
        }
    }

    private static void readList(ListValue value, Bytes key, ByteBuffer meta, RocksIterator nodes) {
        long left = meta.getLong(17);
        long right = meta.getLong(33);
        elements(nodes, key, meta.getLong(9), (index, content) -> {
            long at = ByteBuffer.wrap(index).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
            if (Long.compareUnsigned(left, at) < 0 && Long.compareUnsigned(at, right) < 0) {
                value.elements().addLast(Bytes.owning(withoutSuffix(content)));
            }
        });
    }

    /** Seconds without the mark, milliseconds with it. */
    private static long millis(long time) {
        return time < 0 ? time & Long.MAX_VALUE : time * 1000;
    }

    private static byte[] withoutSuffix(byte[] content) {
        return Arrays.copyOf(content, content.length - ELEMENT_SUFFIX);
    }

    private static void elements(RocksIterator iterator, Bytes key, long version, BiConsumer<byte[], byte[]> action) {
        byte[] prefix = FloydKeys.prefix(key, version);
        for (iterator.seek(prefix); iterator.isValid(); iterator.next()) {
            byte[] dataKey = iterator.key();
            if (!Arrays.equals(prefix, 0, prefix.length, dataKey, 0, Math.min(prefix.length, dataKey.length))) {
                break;
            }
            action.accept(FloydKeys.dataOf(dataKey, prefix.length), iterator.value());
        }
    }
}
