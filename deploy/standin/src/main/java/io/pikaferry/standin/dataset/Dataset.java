package io.pikaferry.standin.dataset;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All keys of one database, in memory. Used under the database's lock. */
public final class Dataset {

    private final Expiry expiry;
    private final Space<StringValue> strings;
    private final Space<HashValue> hashes;
    private final Space<ListValue> lists;
    private final Space<ZsetValue> zsets;
    private final Space<SetValue> sets;
    private final Space<StreamValue> streams;

    private Dataset(Expiry expiry, Supplier<NavigableMap<Bytes, Value>> namespace, boolean remembers) {
        this.expiry = expiry;
        strings = new Space<>(DataType.STRING, StringValue.class, StringValue::new, namespace.get(), expiry, false);
        hashes = new Space<>(DataType.HASH, HashValue.class, HashValue::new, namespace.get(), expiry, false);
        lists = new Space<>(DataType.LIST, ListValue.class, ListValue::new, namespace.get(), expiry, remembers);
        zsets = new Space<>(DataType.ZSET, ZsetValue.class, ZsetValue::new, namespace.get(), expiry, remembers);
        sets = new Space<>(DataType.SET, SetValue.class, SetValue::new, namespace.get(), expiry, remembers);
        streams = new Space<>(DataType.STREAM, StreamValue.class, StreamValue::new, namespace.get(), expiry, false);
    }

    /** Five independent namespaces: one name may be of several types (up to 3.5). */
    public static Dataset ofFiveNamespaces(Expiry expiry) {
        return new Dataset(expiry, TreeMap::new, false);
    }

    /** The same, and collections that were emptied are remembered (2.3). */
    public static Dataset remembering(Expiry expiry) {
        return new Dataset(expiry, TreeMap::new, true);
    }

    /** One type per name (4.0). */
    public static Dataset ofOneNamespace(Expiry expiry) {
        NavigableMap<Bytes, Value> shared = new TreeMap<>();
        return new Dataset(expiry, () -> shared, false);
    }

    public Expiry expiry() {
        return expiry;
    }

    public Space<StringValue> strings() {
        return strings;
    }

    public Space<HashValue> hashes() {
        return hashes;
    }

    public Space<ListValue> lists() {
        return lists;
    }

    public Space<ZsetValue> zsets() {
        return zsets;
    }

    public Space<SetValue> sets() {
        return sets;
    }

    public Space<StreamValue> streams() {
        return streams;
    }

    /** In the order in which TYPE looks through them. */
    public List<Space<? extends Value>> spaces() {
        return List.of(strings, hashes, lists, zsets, sets, streams);
    }

    /** Those whose keys can expire: all but streams. */
    public List<Space<? extends Value>> expiringSpaces() {
        return List.of(strings, hashes, lists, zsets, sets);
    }

    public Space<? extends Value> space(DataType type) {
        return switch (type) {
            case STRING -> strings;
            case HASH -> hashes;
            case LIST -> lists;
            case ZSET -> zsets;
            case SET -> sets;
            case STREAM -> streams;
        };
    }

    public void clear() {
        spaces().forEach(Space::clear);
    }

    static DataType typeOf(Value value) {
        for (DataType type : DataType.values()) {
            if (type.kind().isInstance(value)) {
                return type;
            }
        }
        throw new IllegalStateException("no type has values of " + value.getClass());
    }
}
