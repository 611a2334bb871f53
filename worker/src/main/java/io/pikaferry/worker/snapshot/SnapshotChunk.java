package io.pikaferry.worker.snapshot;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A piece of one key of a dump: the whole key, or for a large collection one of several pieces. The pieces of a key come
 * one after the other from one thread. A plain class because it carries arrays, on the hot path.
 *
 * <p>Elements, by type: STRING one value; HASH field, value, …; LIST element, … in list order; SET member, …; ZSET
 * score as text, member, … (the order ZADD takes); STREAM none, see {@link #entries}.
 */
public final class SnapshotChunk {

    /** One entry of a stream: {@code ms-seq} as text, then field, value, … */
    public record StreamEntry(String id, List<byte[]> fieldsAndValues) {}

    /** What XSETID is told after the last entry; already clamped to what Redis accepts. */
    public record StreamTail(String lastId, long entriesAdded, String maxDeletedId) {}

    private final int db;
    private final byte[] key;
    private final PikaType type;
    private final long expireAtMillis;
    private final boolean first;
    private final boolean last;
    private final byte[][] elements;
    private final List<StreamEntry> entries;
    private final Optional<StreamTail> tail;

    /**
     * @param expireAtMillis since the epoch; 0: never
     * @param first whether the key begins with this piece
     * @param last whether it ends with it
     */
    public SnapshotChunk(
            int db,
            byte[] key,
            PikaType type,
            long expireAtMillis,
            boolean first,
            boolean last,
            byte[][] elements,
            List<StreamEntry> entries,
            Optional<StreamTail> tail) {
        this.db = db;
        this.key = requireNonNull(key, "key is null");
        this.type = requireNonNull(type, "type is null");
        this.expireAtMillis = expireAtMillis;
        this.first = first;
        this.last = last;
        this.elements = requireNonNull(elements, "elements is null");
        this.entries = requireNonNull(entries, "entries is null");
        this.tail = requireNonNull(tail, "tail is null");
    }

    public int db() {
        return db;
    }

    public byte[] key() {
        return key;
    }

    public PikaType type() {
        return type;
    }

    public long expireAtMillis() {
        return expireAtMillis;
    }

    public boolean first() {
        return first;
    }

    public boolean last() {
        return last;
    }

    public byte[][] elements() {
        return elements;
    }

    public List<StreamEntry> entries() {
        return entries;
    }

    public Optional<StreamTail> tail() {
        return tail;
    }
}
