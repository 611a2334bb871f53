package io.pikaferry.standin.dataset;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A stream: entries by id, and what its meta record counts. */
public final class StreamValue extends Value {

    private final NavigableMap<StreamId, List<Bytes>> entries = new TreeMap<>();
    private StreamId lastId = StreamId.ZERO;
    private StreamId maxDeletedId = StreamId.ZERO;
    private long entriesAdded;

    /** Fields and values by turns. */
    public NavigableMap<StreamId, List<Bytes>> entries() {
        return entries;
    }

    public StreamId lastId() {
        return lastId;
    }

    public StreamId maxDeletedId() {
        return maxDeletedId;
    }

    public long entriesAdded() {
        return entriesAdded;
    }

    public StreamId firstId() {
        return entries.isEmpty() ? StreamId.ZERO : entries.firstKey();
    }

    public void add(StreamId id, List<Bytes> words) {
        entries.put(id, List.copyOf(words));
        lastId = id;
        entriesAdded++;
    }

    /** Ids count as deleted whether there is such an entry or not. */
    public boolean delete(StreamId id) {
        if (id.compareTo(maxDeletedId) > 0) {
            maxDeletedId = id;
        }
        return entries.remove(id) != null;
    }

    /** As read from a dump. */
    public void restore(StreamId last, StreamId maxDeleted, long added) {
        lastId = last;
        maxDeletedId = maxDeleted;
        entriesAdded = added;
    }

    @Override
    public boolean isEmpty() {
        return entries.isEmpty();
    }
}
