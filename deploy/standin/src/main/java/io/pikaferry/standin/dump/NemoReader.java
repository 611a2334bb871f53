package io.pikaferry.standin.dump;

import static io.pikaferry.standin.dump.SubDatabase.Family.DEFAULT;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.HashValue;
import io.pikaferry.standin.dataset.ListValue;
import io.pikaferry.standin.dataset.SetValue;
import io.pikaferry.standin.dataset.StringValue;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.dataset.ZsetValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Reads a dump of 2.x into memory: only what lives there (spec/dump-formats.md §3.1, §4.1). */
final class NemoReader {

    private static final int SUFFIX = 8;

    /** A value without its suffix, and the suffix. */
    private static final class Stored {
        private final byte[] value;
        private final long version;
        private final int expireAt;

        Stored(byte[] stored) {
            ByteBuffer whole = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
            value = Arrays.copyOf(stored, stored.length - SUFFIX);
            version = Integer.toUnsignedLong(whole.getInt(stored.length - SUFFIX));
            expireAt = whole.getInt(stored.length - 4);
        }

        private long number(int index) {
            return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(index * 8);
        }
    }

    private final Path directory;
    private final Dataset data;

    NemoReader(Path directory, Dataset data) {
        this.directory = directory;
        this.data = data;
    }

    void read() throws RocksDBException, IOException {
        readStrings();
        try (SubDatabase db = open("hash")) {
            RocksIterator elements = db.scan(DEFAULT);
            forEachMeta(db, 'H', (key, meta) -> {
                HashValue value = data.hashes().replace(key);
                value.expireAt(meta.expireAt);
                elements(elements, 'h', key, meta.version, (rest, field) -> value.fields()
                        .put(Bytes.owning(Arrays.copyOfRange(rest, 1, rest.length)), Bytes.owning(field.value)));
            });
            elements.status();
        }
        try (SubDatabase db = open("set")) {
            RocksIterator elements = db.scan(DEFAULT);
            forEachMeta(db, 'S', (key, meta) -> {
                SetValue value = data.sets().replace(key);
                value.expireAt(meta.expireAt);
                elements(elements, 's', key, meta.version, (member, stored) -> value.members()
                        .add(Bytes.owning(member)));
            });
            elements.status();
        }
        try (SubDatabase db = open("zset")) {
            RocksIterator elements = db.scan(DEFAULT);
            forEachMeta(db, 'Z', (key, meta) -> {
                ZsetValue value = data.zsets().replace(key);
                value.expireAt(meta.expireAt);
                elements(
                        elements,
                        'z',
                        key,
                        meta.version,
                        (member, stored) -> value.put(Bytes.owning(member), Double.longBitsToDouble(stored.number(0))));
            });
            elements.status();
        }
        try (SubDatabase db = open("list")) {
            RocksIterator nodes = db.scan(DEFAULT);
            forEachMeta(db, 'L', (key, meta) -> readList(key, meta, nodes));
            nodes.status();
        }
    }

    private SubDatabase open(String name) throws RocksDBException {
        return new SubDatabase(directory.resolve(name), SubDatabase.Mode.READ, DEFAULT);
    }

    private void readStrings() throws RocksDBException, IOException {
        try (SubDatabase db = open("kv")) {
            RocksIterator all = db.scan(DEFAULT);
            for (all.seekToFirst(); all.isValid(); all.next()) {
                Stored stored = new Stored(all.value());
                if (!data.expiry().isGone(stored.expireAt)) {
                    StringValue value = data.strings().replace(Bytes.owning(all.key()));
                    value.set(Bytes.owning(stored.value));
                    value.expireAt(stored.expireAt);
                }
            }
            all.status();
        }
    }

    /** The order is that of the links, not that of the numbers. */
    private void readList(Bytes key, Stored meta, RocksIterator nodes) {
        Map<Long, Stored> bySequence = new HashMap<>();
        elements(
                nodes,
                'l',
                key,
                meta.version,
                (sequence, node) -> bySequence.put(
                        ByteBuffer.wrap(sequence).order(ByteOrder.LITTLE_ENDIAN).getLong(0), node));
        ListValue value = data.lists().replace(key);
        value.expireAt(meta.expireAt);
        Stored node = bySequence.get(meta.number(1));
        while (node != null) {
            value.elements().addLast(Bytes.owning(Arrays.copyOfRange(node.value, 16, node.value.length)));
            node = bySequence.get(node.number(1));
        }
    }

    private void forEachMeta(SubDatabase db, char kind, BiConsumer<Bytes, Stored> action) throws RocksDBException {
        RocksIterator metas = db.scan(DEFAULT);
        byte[] first = {(byte) kind};
        for (metas.seek(first); metas.isValid() && metas.key()[0] == first[0]; metas.next()) {
            Stored meta = new Stored(metas.value());
            boolean remembered = kind != 'H' && meta.expireAt != Value.NEVER;
            if ((meta.number(0) > 0 || remembered) && !data.expiry().isGone(meta.expireAt)) {
                byte[] key = metas.key();
                action.accept(Bytes.owning(Arrays.copyOfRange(key, 1, key.length)), meta);
            }
        }
        metas.status();
    }

    /** Older versions are dead. */
    private static void elements(
            RocksIterator iterator, char kind, Bytes key, long version, BiConsumer<byte[], Stored> action) {
        byte[] prefix = NemoKeys.prefix(kind, key);
        for (iterator.seek(prefix); iterator.isValid(); iterator.next()) {
            byte[] dataKey = iterator.key();
            if (!Arrays.equals(prefix, 0, prefix.length, dataKey, 0, Math.min(prefix.length, dataKey.length))) {
                break;
            }
            Stored stored = new Stored(iterator.value());
            if (stored.version >= version) {
                action.accept(Arrays.copyOfRange(dataKey, prefix.length, dataKey.length), stored);
            }
        }
    }
}
