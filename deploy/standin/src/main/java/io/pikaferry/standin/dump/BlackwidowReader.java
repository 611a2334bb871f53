package io.pikaferry.standin.dump;

import static io.pikaferry.standin.dump.SubDatabase.Family.DATA;
import static io.pikaferry.standin.dump.SubDatabase.Family.DEFAULT;
import static io.pikaferry.standin.dump.SubDatabase.Family.LIST_NODES;
import static io.pikaferry.standin.dump.SubDatabase.Family.MEMBER;
import static io.pikaferry.standin.dump.SubDatabase.Mode.READ;

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
import java.util.function.BiConsumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Reads a dump of 3.0 to 3.5 into memory: only what lives there (spec/dump-formats.md §4.2). */
final class BlackwidowReader {

    private final Path directory;
    private final Dataset data;

    BlackwidowReader(Path directory, Dataset data) {
        this.directory = directory;
        this.data = data;
    }

    void read() throws RocksDBException, IOException {
        readStrings();
        readHashes();
        readSets();
        readZsets();
        readLists();
        readStreams();
    }

    private void readStrings() throws RocksDBException, IOException {
        try (SubDatabase db = new SubDatabase(directory.resolve("strings"), READ, DEFAULT)) {
            forEach(db, DEFAULT, (key, stored) -> {
                int length = stored.length - 4;
                int expireAt = little(stored).getInt(length);
                if (!data.expiry().isGone(expireAt)) {
                    StringValue value = data.strings().replace(Bytes.owning(key));
                    value.set(Bytes.owning(Arrays.copyOf(stored, length)));
                    value.expireAt(expireAt);
                }
            });
        }
    }

    private void readHashes() throws RocksDBException, IOException {
        try (SubDatabase db = new SubDatabase(directory.resolve("hashes"), READ, DEFAULT, DATA)) {
            RocksIterator elements = db.scan(DATA);
            forEachMeta(db, (key, meta) -> {
                HashValue value = data.hashes().replace(key);
                value.expireAt(meta.getInt(8));
                elements(elements, key, meta.getInt(4), (field, stored) -> value.fields()
                        .put(field, Bytes.owning(stored)));
            });
            elements.status();
        }
    }

    private void readSets() throws RocksDBException, IOException {
        try (SubDatabase db = new SubDatabase(directory.resolve("sets"), READ, DEFAULT, MEMBER)) {
            RocksIterator elements = db.scan(MEMBER);
            forEachMeta(db, (key, meta) -> {
                SetValue value = data.sets().replace(key);
                value.expireAt(meta.getInt(8));
                elements(elements, key, meta.getInt(4), (member, stored) -> value.members()
                        .add(member));
            });
            elements.status();
        }
    }

    private void readZsets() throws RocksDBException, IOException {
        try (SubDatabase db = new SubDatabase(directory.resolve("zsets"), READ, DEFAULT, DATA)) {
            RocksIterator elements = db.scan(DATA);
            forEachMeta(db, (key, meta) -> {
                ZsetValue value = data.zsets().replace(key);
                value.expireAt(meta.getInt(8));
                elements(
                        elements,
                        key,
                        meta.getInt(4),
                        (member, stored) -> value.put(member, little(stored).getDouble(0)));
            });
            elements.status();
        }
    }

    private void readLists() throws RocksDBException, IOException {
        try (SubDatabase db = new SubDatabase(directory.resolve("lists"), READ, DEFAULT, LIST_NODES)) {
            RocksIterator nodes = db.scan(LIST_NODES);
            forEach(db, DEFAULT, (key, stored) -> {
                ByteBuffer meta = little(stored);
                if (meta.getLong(0) == 0 || data.expiry().isGone(meta.getInt(12))) {
                    return;
                }
                Bytes name = Bytes.owning(key);
                ListValue value = data.lists().replace(name);
                value.expireAt(meta.getInt(12));
                long left = meta.getLong(16);
                long right = meta.getLong(24);
                elements(nodes, name, meta.getInt(8), (index, element) -> {
                    long at = little(index.array()).getLong(0);
                    if (Long.compareUnsigned(left, at) < 0 && Long.compareUnsigned(at, right) < 0) {
                        value.elements().addLast(Bytes.owning(element));
                    }
                });
            });
            nodes.status();
        }
    }

    private void readStreams() throws RocksDBException, IOException {
        Path streams = directory.resolve("streams");
        if (!Files.isDirectory(streams)) {
            return;
        }
        try (SubDatabase db = new SubDatabase(streams, READ, DEFAULT, DATA)) {
            RocksIterator entries = db.scan(DATA);
            forEach(db, DEFAULT, (key, stored) -> {
                ByteBuffer meta = little(stored);
                if (StreamRecords.length(meta) > 0) {
                    Bytes name = Bytes.owning(key);
                    StreamValue value = data.streams().replace(name);
                    elements(entries, name, meta.getInt(64), (id, words) -> value.entries()
                            .put(StreamRecords.id(id.array()), StreamRecords.words(words)));
                    StreamRecords.restore(value, meta);
                }
            });
            entries.status();
        }
    }

    private void forEachMeta(SubDatabase db, BiConsumer<Bytes, ByteBuffer> action) throws RocksDBException {
        forEach(db, DEFAULT, (key, stored) -> {
            ByteBuffer meta = little(stored);
            if (meta.getInt(0) > 0 && !data.expiry().isGone(meta.getInt(8))) {
                action.accept(Bytes.owning(key), meta);
            }
        });
    }

    private static void forEach(SubDatabase db, Family family, BiConsumer<byte[], byte[]> action)
            throws RocksDBException {
        RocksIterator all = db.scan(family);
        for (all.seekToFirst(); all.isValid(); all.next()) {
            action.accept(all.key(), all.value());
        }
        all.status();
    }

    private static void elements(RocksIterator iterator, Bytes key, int version, BiConsumer<Bytes, byte[]> action) {
        byte[] prefix = BlackwidowKeys.prefix(key, version);
        for (iterator.seek(prefix); iterator.isValid(); iterator.next()) {
            byte[] dataKey = iterator.key();
            if (!Arrays.equals(prefix, 0, prefix.length, dataKey, 0, Math.min(prefix.length, dataKey.length))) {
                break;
            }
            action.accept(BlackwidowKeys.elementOf(dataKey, prefix.length), iterator.value());
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
