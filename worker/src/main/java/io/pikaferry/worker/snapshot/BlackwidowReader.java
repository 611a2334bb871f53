package io.pikaferry.worker.snapshot;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.BlackwidowRecords.Meta;
import io.pikaferry.worker.snapshot.UnitPlan.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.LiveFileMetaData;

/**
 * Reads dumps of Pika 3. Metas and data lie in different column families of the type's database; per live meta the
 * cursor over the data goes to the records of its version. Dead versions are never read.
 */
final class BlackwidowReader extends DumpReader {

    private static final byte[] NO_TAG = {};

    private final long asOfSeconds;
    private final List<BlackwidowRecords> records;

    BlackwidowReader(List<DumpDatabase> databases, long asOfSeconds) {
        super(databases);
        this.asOfSeconds = asOfSeconds;
        this.records = databases.stream()
                .map(DumpDatabase::corruption)
                .map(BlackwidowRecords::new)
                .toList();
    }

    static List<Family> families(PikaType type) {
        return type == PikaType.STRING ? List.of(Family.DEFAULT) : List.of(Family.DEFAULT, data(type));
    }

    private static Family data(PikaType type) {
        return switch (type) {
            case HASH, ZSET, STREAM -> Family.BLACKWIDOW_DATA;
            case SET -> Family.BLACKWIDOW_MEMBERS;
            case LIST -> Family.BLACKWIDOW_NODES;
            case STRING -> throw new IllegalArgumentException("strings have no data apart");
        };
    }

    @Override
    void scan(int subDatabase, KeyRange range, ChunkWriter out) throws InterruptedException {
        PikaType type = PikaType.values()[subDatabase];
        try (Cursor metas =
                databases().get(subDatabase).cursor(Family.DEFAULT, range.to().map(Bytes::array))) {
            range.from().map(Bytes::array).ifPresentOrElse(metas::seek, metas::seekToFirst);
            if (type == PikaType.STRING) {
                strings(metas, records.get(subDatabase), out);
            } else {
                collections(type, metas, out);
            }
        }
    }

    private void strings(Cursor strings, BlackwidowRecords decoder, ChunkWriter out) throws InterruptedException {
        for (; strings.valid(); strings.next()) {
            out.read();
            int end = decoder.userLength(strings.readValue());
            int timestamp = BlackwidowRecords.timestamp(strings.value(), end);
            byte[] key = strings.copyKey(0, strings.keyLength());
            if (BlackwidowRecords.expired(timestamp, asOfSeconds) || InternalKeys.isOne(key)) {
                out.skip();
                continue;
            }
            byte[] value = strings.copyValue(0, end);
            out.string(key, BlackwidowRecords.expireAtMillis(timestamp), value, HyperLogLog.looksLikeOne(value));
        }
    }

    private void collections(PikaType type, Cursor metas, ChunkWriter out) throws InterruptedException {
        BlackwidowRecords decoder = records.get(type.ordinal());
        try (DataCursors data = dataCursors(type);
                EarlierTypes earlier = earlierThan(type)) {
            for (; metas.valid(); metas.next()) {
                out.read();
                int length = metas.readValue();
                byte[] key = metas.copyKey(0, metas.keyLength());
                if (!live(type, decoder, metas.value(), length) || InternalKeys.isOne(key)) {
                    out.skip();
                    continue;
                }
                Optional<PikaType> kept = earlier.holding(key);
                if (kept.isPresent()) {
                    out.conflict(key, type, kept.get());
                } else if (type == PikaType.STREAM) {
                    stream(key, decoder.streamMeta(metas.value(), length), data.forKey(key), decoder, out);
                } else {
                    collection(type, key, decoder.meta(type, metas.value(), length), data.forKey(key), decoder, out);
                }
            }
        }
    }

    private DataCursors dataCursors(PikaType type) {
        DumpDatabase database = databases().get(type.ordinal());
        return type == PikaType.LIST
                ? DataCursors.sortedByKey(database, data(type))
                : DataCursors.sortedByLength(database, data(type));
    }

    private void collection(
            PikaType type, byte[] key, Meta meta, Cursor data, BlackwidowRecords decoder, ChunkWriter out)
            throws InterruptedException {
        byte[] prefix = BlackwidowRecords.dataPrefix(key, meta.version());
        out.begin(key, type, BlackwidowRecords.expireAtMillis(meta.timestamp()));
        if (!data.keyStartsWith(prefix)) {
            data.seek(type == PikaType.LIST ? BlackwidowRecords.afterIndex(prefix, meta.left()) : prefix);
        }
        for (; data.keyStartsWith(prefix); data.next()) {
            out.read();
            switch (type) {
                case HASH -> out.add(data.copyKey(prefix.length, data.keyLength()), data.freshValue());
                case SET -> out.add(data.copyKey(prefix.length, data.keyLength()));
                case ZSET -> {
                    int length = data.readValue();
                    out.add(decoder.score(data.value(), length), data.copyKey(prefix.length, data.keyLength()));
                }
                case LIST -> {
                    long index = decoder.index(data.key(), data.keyLength(), prefix.length);
                    if (Long.compareUnsigned(index, meta.left()) > 0 && Long.compareUnsigned(index, meta.right()) < 0) {
                        out.add(data.freshValue());
                    }
                }
                case STRING, STREAM -> throw new IllegalStateException(type + " is no such collection");
            }
        }
        out.end(meta.count());
    }

    private static void stream(
            byte[] key, StreamRecords.Meta meta, Cursor data, BlackwidowRecords decoder, ChunkWriter out)
            throws InterruptedException {
        byte[] prefix = BlackwidowRecords.dataPrefix(key, (int) meta.version());
        StreamWriter writer = new StreamWriter(out, key, meta);
        if (!data.keyStartsWith(prefix)) {
            data.seek(prefix);
        }
        for (; data.keyStartsWith(prefix); data.next()) {
            out.read();
            EntryId id = decoder.entryId(data.key(), data.keyLength(), prefix.length);
            int length = data.readValue();
            writer.add(id, decoder.fieldsAndValues(data.value(), length), length);
        }
        writer.end();
    }

    private EarlierTypes earlierThan(PikaType type) {
        List<EarlierTypes.Type> types = new ArrayList<>();
        for (PikaType earlier : PikaType.values()) {
            if (earlier == type) {
                break;
            }
            BlackwidowRecords decoder = records.get(earlier.ordinal());
            types.add(new EarlierTypes.Type(
                    earlier,
                    databases().get(earlier.ordinal()).cursor(Family.DEFAULT),
                    NO_TAG,
                    (meta, length) -> live(earlier, decoder, meta, length)));
        }
        return new EarlierTypes(types);
    }

    private boolean live(PikaType type, BlackwidowRecords decoder, byte[] meta, int length) {
        return switch (type) {
            case STRING -> !BlackwidowRecords.expired(
                    BlackwidowRecords.timestamp(meta, decoder.userLength(length)), asOfSeconds);
            case STREAM -> decoder.streamMeta(meta, length).live();
            case HASH, LIST, ZSET, SET -> decoder.meta(type, meta, length).live(asOfSeconds);
        };
    }

    @Override
    List<Weight> weights(int subDatabase) {
        DumpDatabase database = databases().get(subDatabase);
        List<Weight> weights = new ArrayList<>();
        for (LiveFileMetaData file : database.files(Family.DEFAULT)) {
            weights.add(new Weight(Bytes.owning(file.smallestKey()), file.size(), file.numEntries()));
        }
        PikaType type = PikaType.values()[subDatabase];
        if (type != PikaType.STRING) {
            for (LiveFileMetaData file : database.files(data(type))) {
                byte[] key = records.get(subDatabase).userKeyOfData(file.smallestKey());
                weights.add(new Weight(Bytes.owning(key), file.size(), file.numEntries()));
            }
        }
        return weights;
    }

    @Override
    boolean contains(byte[] key) {
        for (int i = 0; i < databases().size(); i++) {
            Optional<byte[]> meta = databases().get(i).get(Family.DEFAULT, key);
            if (meta.isPresent() && live(PikaType.values()[i], records.get(i), meta.get(), meta.get().length)) {
                return true;
            }
        }
        return false;
    }
}
