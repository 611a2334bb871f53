package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.NemoRecords.Meta;
import io.pikaferry.worker.snapshot.UnitPlan.Weight;
import io.pikaferry.worker.snapshot.table.LittleEndian;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.LiveFileMetaData;

/**
 * Reads dumps of Pika 2. Metas and data share the key space of the type's database: one cursor walks the metas, another
 * goes to the data of each live one.
 *
 * <p>Lists are linked, and their nodes lie in no useful order. A list of moderate size is read whole and then put in
 * order; of a larger one each node is looked up when it is due, so that memory stays bounded.
 */
final class NemoReader extends DumpReader {

    /** What a node costs in memory beside its element: map entry, boxed number, objects. */
    private static final int NODE_OVERHEAD = 120;

    private static final byte[] NO_TAG = {};

    private final long asOfSeconds;
    private final int listBytes;
    private final List<NemoRecords> records;

    /** @param listBytes memory that one list may take, per thread */
    NemoReader(List<DumpDatabase> databases, long asOfSeconds, int listBytes) {
        super(databases);
        this.asOfSeconds = asOfSeconds;
        this.listBytes = listBytes;
        this.records = databases.stream()
                .map(DumpDatabase::corruption)
                .map(NemoRecords::new)
                .toList();
    }

    private static byte[] tag(PikaType type) {
        return type == PikaType.STRING ? NO_TAG : new byte[] {NemoRecords.metaTag(type)};
    }

    private static byte[] metaKey(byte[] tag, byte[] key) {
        byte[] metaKey = Arrays.copyOf(tag, tag.length + key.length);
        System.arraycopy(key, 0, metaKey, tag.length, key.length);
        return metaKey;
    }

    @Override
    void scan(int subDatabase, KeyRange range, ChunkWriter out) throws InterruptedException {
        PikaType type = PikaType.values()[subDatabase];
        byte[] tag = tag(type);
        Optional<byte[]> bound = range.to().map(Bytes::array).map(key -> metaKey(tag, key));
        if (bound.isEmpty() && type != PikaType.STRING) {
            bound = Optional.of(new byte[] {(byte) (tag[0] + 1)});
        }
        try (Cursor metas = databases().get(subDatabase).cursor(Family.DEFAULT, bound)) {
            metas.seek(metaKey(tag, range.from().map(Bytes::array).orElse(NO_TAG)));
            if (type == PikaType.STRING) {
                strings(metas, records.get(subDatabase), out);
            } else {
                collections(type, metas, out);
            }
        }
    }

    private void strings(Cursor strings, NemoRecords decoder, ChunkWriter out) throws InterruptedException {
        for (; strings.valid(); strings.next()) {
            out.read();
            int end = decoder.userLength(strings.readValue());
            int timestamp = NemoRecords.timestamp(strings.value(), end);
            byte[] key = strings.copyKey(0, strings.keyLength());
            if (NemoRecords.expired(timestamp, asOfSeconds) || InternalKeys.isOne(key)) {
                out.skip();
                continue;
            }
            byte[] value = strings.copyValue(0, end);
            out.string(key, NemoRecords.expireAtMillis(timestamp), value, HyperLogLog.looksLikeOne(value));
        }
    }

    private void collections(PikaType type, Cursor metas, ChunkWriter out) throws InterruptedException {
        NemoRecords decoder = records.get(type.ordinal());
        DumpDatabase database = databases().get(type.ordinal());
        try (DataCursors data = DataCursors.sortedByLength(database, Family.DEFAULT);
                EarlierTypes earlier = earlierThan(type)) {
            for (; metas.valid(); metas.next()) {
                out.read();
                byte[] key = decoder.userKey(metas.key(), metas.keyLength());
                int length = metas.readValue();
                Meta meta = decoder.meta(type, metas.value(), length);
                if (!meta.live(asOfSeconds) || InternalKeys.isOne(key)) {
                    if (meta.remembersExpiry(asOfSeconds) && type != PikaType.HASH && !InternalKeys.isOne(key)) {
                        out.emptied(key, type, NemoRecords.expireAtMillis(meta.timestamp()));
                    } else {
                        out.skip();
                    }
                    continue;
                }
                Optional<PikaType> kept = earlier.holding(key);
                if (kept.isPresent()) {
                    out.conflict(key, type, kept.get());
                } else if (type == PikaType.LIST) {
                    list(key, meta, data.forKey(key), database, decoder, out);
                } else {
                    collection(type, key, meta, data.forKey(key), decoder, out);
                }
            }
        }
    }

    private static void collection(
            PikaType type, byte[] key, Meta meta, Cursor data, NemoRecords decoder, ChunkWriter out)
            throws InterruptedException {
        byte[] prefix = NemoRecords.dataPrefix(type, key);
        out.begin(key, type, NemoRecords.expireAtMillis(meta.timestamp()));
        if (!data.keyStartsWith(prefix)) {
            data.seek(prefix);
        }
        for (; data.keyStartsWith(prefix); data.next()) {
            out.read();
            int length = data.readValue();
            int end = decoder.userLength(length);
            if (meta.owns(NemoRecords.version(data.value(), end))) {
                byte[] member = data.copyKey(prefix.length, data.keyLength());
                switch (type) {
                    case HASH -> out.add(member, data.copyValue(0, end));
                    case SET -> out.add(member);
                    case ZSET -> out.add(decoder.score(data.value(), length), member);
                    case STRING, LIST, STREAM -> throw new IllegalStateException(type + " is no such collection");
                }
            }
        }
        out.end(meta.count());
    }

    /** A node of a list: what is needed to go on. A plain class: it carries an array. */
    private static final class Node {
        private final long next;
        private final byte[] element;

        Node(long next, byte[] element) {
            this.next = next;
            this.element = element;
        }
    }

    /** Finds the nodes of one list by their number. */
    private interface Nodes {
        Optional<Node> find(long seq);
    }

    private void list(byte[] key, Meta meta, Cursor data, DumpDatabase database, NemoRecords decoder, ChunkWriter out)
            throws InterruptedException {
        byte[] prefix = NemoRecords.dataPrefix(PikaType.LIST, key);
        Optional<Map<Long, Node>> inMemory = nodesInMemory(prefix, meta, data, decoder, out);
        Nodes nodes = inMemory.<Nodes>map(map -> seq -> Optional.ofNullable(map.get(seq)))
                .orElse(seq -> lookUp(prefix, seq, meta, database, decoder));
        // a healthy list has no more nodes than numbers were given out; a ring would never end
        long limit = inMemory.map(map -> (long) map.size()).orElse(meta.nextSeq());
        out.begin(key, PikaType.LIST, NemoRecords.expireAtMillis(meta.timestamp()));
        boolean whole = true;
        for (long seq = meta.left(); seq != 0 && whole; ) {
            Optional<Node> node = out.added() < limit ? nodes.find(seq) : Optional.empty();
            whole = node.isPresent();
            if (whole) {
                if (inMemory.isEmpty()) {
                    out.read();
                }
                out.add(node.get().element);
                seq = node.get().next;
            }
        }
        long carried = out.added();
        out.end(meta.count());
        if (!whole) {
            out.refuse(
                    ErrorCode.VALUE_LOST,
                    key,
                    PikaType.LIST,
                    "the list's links break off after %d of %d elements, in the source's own storage"
                            .formatted(carried, meta.count()));
        }
    }

    private Optional<Map<Long, Node>> nodesInMemory(
            byte[] prefix, Meta meta, Cursor data, NemoRecords decoder, ChunkWriter out) throws InterruptedException {
        if (meta.count() > listBytes / NODE_OVERHEAD) {
            return Optional.empty();
        }
        Map<Long, Node> nodes = new HashMap<>();
        long bytes = 0;
        if (!data.keyStartsWith(prefix)) {
            data.seek(prefix);
        }
        for (; data.keyStartsWith(prefix); data.next()) {
            out.read();
            long seq = decoder.seq(data.key(), data.keyLength(), prefix.length);
            int length = data.readValue();
            Optional<Node> node = node(data.value(), length, meta, decoder);
            if (node.isPresent()) {
                bytes += NODE_OVERHEAD + node.get().element.length;
                if (bytes > listBytes) {
                    return Optional.empty();
                }
                nodes.put(seq, node.get());
            }
        }
        return Optional.of(nodes);
    }

    private static Optional<Node> lookUp(
            byte[] prefix, long seq, Meta meta, DumpDatabase database, NemoRecords decoder) {
        byte[] nodeKey = Arrays.copyOf(prefix, prefix.length + 8);
        LittleEndian.putI64(nodeKey, prefix.length, seq);
        return database.get(Family.DEFAULT, nodeKey).flatMap(value -> node(value, value.length, meta, decoder));
    }

    /** Empty for a node of a former life of the key. */
    private static Optional<Node> node(byte[] value, int length, Meta meta, NemoRecords decoder) {
        int end = decoder.elementEnd(length);
        if (!meta.owns(NemoRecords.version(value, end))) {
            return Optional.empty();
        }
        return Optional.of(
                new Node(NemoRecords.nextSeq(value), Arrays.copyOfRange(value, NemoRecords.LIST_LINKS, end)));
    }

    private EarlierTypes earlierThan(PikaType type) {
        List<EarlierTypes.Type> types = new ArrayList<>();
        for (PikaType earlier : PikaType.values()) {
            if (earlier == type) {
                break;
            }
            NemoRecords decoder = records.get(earlier.ordinal());
            types.add(new EarlierTypes.Type(
                    earlier,
                    databases().get(earlier.ordinal()).cursor(Family.DEFAULT),
                    tag(earlier),
                    (meta, length) -> live(earlier, decoder, meta, length)));
        }
        return new EarlierTypes(types);
    }

    private boolean live(PikaType type, NemoRecords decoder, byte[] meta, int length) {
        return type == PikaType.STRING
                ? !NemoRecords.expired(NemoRecords.timestamp(meta, decoder.userLength(length)), asOfSeconds)
                : decoder.meta(type, meta, length).live(asOfSeconds);
    }

    @Override
    List<Weight> weights(int subDatabase) {
        PikaType type = PikaType.values()[subDatabase];
        List<Weight> weights = new ArrayList<>();
        for (LiveFileMetaData file : databases().get(subDatabase).files(Family.DEFAULT)) {
            byte[] key = NemoRecords.userKeyOf(type, file.smallestKey());
            weights.add(new Weight(Bytes.owning(key), file.size(), file.numEntries()));
        }
        return weights;
    }

    @Override
    boolean contains(byte[] key) {
        for (int i = 0; i < databases().size(); i++) {
            PikaType type = PikaType.values()[i];
            Optional<byte[]> meta = databases().get(i).get(Family.DEFAULT, metaKey(tag(type), key));
            if (meta.isPresent() && live(type, records.get(i), meta.get(), meta.get().length)) {
                return true;
            }
        }
        return false;
    }
}
