package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.FloydRecords.Meta;
import io.pikaferry.worker.snapshot.UnitPlan.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.LiveFileMetaData;

/**
 * Reads dumps of Pika 4.0. One column family has the strings and all metas, which name their type; the data of each
 * type lie in a family of their own, in the same order: a cursor per type walks along.
 */
final class FloydReader extends DumpReader {

    static final List<Family> FAMILIES = List.of(
            Family.DEFAULT,
            Family.FLOYD_HASH,
            Family.FLOYD_SET,
            Family.FLOYD_ZSET,
            Family.FLOYD_STREAM,
            Family.FLOYD_LIST);

    /** No value is empty: it begins with its type. */
    private static final byte[] ABSENT = {};

    private final long asOfMillis;
    private final List<FloydRecords> records;

    FloydReader(List<DumpDatabase> databases, long asOfSeconds) {
        super(databases);
        this.asOfMillis = asOfSeconds * 1000;
        this.records = databases.stream()
                .map(DumpDatabase::corruption)
                .map(FloydRecords::new)
                .toList();
    }

    private static Family data(PikaType type) {
        return switch (type) {
            case HASH -> Family.FLOYD_HASH;
            case SET -> Family.FLOYD_SET;
            case ZSET -> Family.FLOYD_ZSET;
            case LIST -> Family.FLOYD_LIST;
            case STREAM -> Family.FLOYD_STREAM;
            case STRING -> throw new IllegalArgumentException("strings have no data apart");
        };
    }

    @Override
    void scan(int subDatabase, KeyRange range, ChunkWriter out) throws InterruptedException {
        new Scan(databases().get(subDatabase), records.get(subDatabase), out).run(range);
    }

    /** One thread's walk over a range of one instance. */
    private final class Scan {

        private final DumpDatabase database;
        private final FloydRecords decoder;
        private final ChunkWriter out;
        private final Map<PikaType, Cursor> dataCursors = new EnumMap<>(PikaType.class);

        Scan(DumpDatabase database, FloydRecords decoder, ChunkWriter out) {
            this.database = database;
            this.decoder = decoder;
            this.out = out;
        }

        void run(KeyRange range) throws InterruptedException {
            Optional<byte[]> bound = range.to().map(Bytes::array).map(FloydRecords::rangeBound);
            try (Cursor metas = database.cursor(Family.DEFAULT, bound)) {
                range.from()
                        .map(Bytes::array)
                        .map(FloydRecords::rangeBound)
                        .ifPresentOrElse(metas::seek, metas::seekToFirst);
                for (; metas.valid(); metas.next()) {
                    out.read();
                    key(metas);
                }
            } finally {
                dataCursors.values().forEach(Cursor::close);
            }
        }

        private void key(Cursor metas) throws InterruptedException {
            int length = metas.readValue();
            byte[] value = metas.value();
            PikaType type = decoder.type(value, length);
            int delimiterEnd = decoder.delimiterEnd(metas.key(), metas.keyLength());
            byte[] key = decoder.userKey(metas.key(), delimiterEnd);
            if (!live(decoder, type, value, length) || InternalKeys.isOne(key)) {
                out.skip();
            } else if (decoder.destroyed(metas.keyLength(), delimiterEnd)) {
                out.skip();
                out.refuse(
                        ErrorCode.KEY_DESTROYED,
                        key,
                        type,
                        "of its name only what is before the last NUL is left, %d bytes are lost"
                                .formatted(FloydRecords.lostBytes(metas.keyLength(), delimiterEnd)));
            } else if (type == PikaType.STRING) {
                int end = decoder.stringEnd(length);
                out.string(
                        key,
                        FloydRecords.expireAtMillis(value, length),
                        metas.copyValue(1, end),
                        FloydRecords.hyperLogLog(value, end));
            } else if (type == PikaType.STREAM) {
                StreamRecords.Meta meta = decoder.streamMeta(value, length);
                stream(key, meta, FloydRecords.dataPrefix(metas.key(), delimiterEnd, meta.version()));
            } else {
                Meta meta = decoder.meta(type, value, length);
                collection(type, key, meta, FloydRecords.dataPrefix(metas.key(), delimiterEnd, meta.version()));
            }
        }

        private void collection(PikaType type, byte[] key, Meta meta, byte[] prefix) throws InterruptedException {
            Cursor data = data(type);
            out.begin(key, type, meta.expireAtMillis());
            if (!data.keyStartsWith(prefix)) {
                data.seek(type == PikaType.LIST ? FloydRecords.afterIndex(prefix, meta.left()) : prefix);
            }
            for (; data.keyStartsWith(prefix); data.next()) {
                out.read();
                int end = decoder.dataKeyEnd(data.keyLength(), prefix.length);
                int length = data.readValue();
                switch (type) {
                    case HASH -> out.add(data.copyKey(prefix.length, end), data.copyValue(0, decoder.dataEnd(length)));
                    case SET -> out.add(data.copyKey(prefix.length, end));
                    case ZSET -> out.add(decoder.score(data.value(), length), data.copyKey(prefix.length, end));
                    case LIST -> {
                        long index = decoder.index(data.key(), data.keyLength(), prefix.length);
                        if (Long.compareUnsigned(index, meta.left()) > 0
                                && Long.compareUnsigned(index, meta.right()) < 0) {
                            out.add(data.copyValue(0, decoder.dataEnd(length)));
                        }
                    }
                    case STRING, STREAM -> throw new IllegalStateException(type + " is no such collection");
                }
            }
            out.end(meta.count());
        }

        private void stream(byte[] key, StreamRecords.Meta meta, byte[] prefix) throws InterruptedException {
            Cursor data = data(PikaType.STREAM);
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

        private Cursor data(PikaType type) {
            return dataCursors.computeIfAbsent(type, wanted -> database.cursor(FloydReader.data(wanted)));
        }
    }

    private boolean live(FloydRecords decoder, PikaType type, byte[] value, int length) {
        return switch (type) {
            case STRING -> {
                decoder.stringEnd(length);
                yield !FloydRecords.expired(FloydRecords.expireAtMillis(value, length), asOfMillis);
            }
            case STREAM -> decoder.streamMeta(value, length).live();
            case HASH, LIST, ZSET, SET -> decoder.meta(type, value, length).live(asOfMillis);
        };
    }

    @Override
    List<Weight> weights(int subDatabase) {
        DumpDatabase database = databases().get(subDatabase);
        FloydRecords decoder = records.get(subDatabase);
        List<Weight> weights = new ArrayList<>();
        for (Family family : FAMILIES) {
            for (LiveFileMetaData file : database.files(family)) {
                byte[] smallest = file.smallestKey();
                byte[] key = decoder.userKey(smallest, decoder.delimiterEnd(smallest, smallest.length));
                weights.add(new Weight(Bytes.owning(key), file.size(), file.numEntries()));
            }
        }
        return weights;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A name that 4.0 destroyed is lost; a key that could be the one has it.
     */
    @Override
    boolean contains(byte[] key) {
        for (int i = 0; i < databases().size(); i++) {
            DumpDatabase database = databases().get(i);
            FloydRecords decoder = records.get(i);
            byte[] value;
            int lost = FloydRecords.bytesToBeLost(key);
            if (lost == 0) {
                value = database.get(Family.DEFAULT, FloydRecords.metaKey(key)).orElse(ABSENT);
            } else {
                value = destroyed(database, FloydRecords.metaKey(Arrays.copyOf(key, key.length - lost)), lost);
            }
            if (value.length > 0 && live(decoder, decoder.type(value, value.length), value, value.length)) {
                return true;
            }
        }
        return false;
    }

    /** The value of a destroyed key of which so much is left and so much lost; several share the name. */
    private static byte[] destroyed(DumpDatabase database, byte[] left, int lost) {
        try (Cursor metas = database.cursor(Family.DEFAULT)) {
            for (metas.seek(left); metas.keyStartsWith(left); metas.next()) {
                if (metas.keyLength() == left.length + lost) {
                    return metas.freshValue();
                }
            }
            return ABSENT;
        }
    }
}
