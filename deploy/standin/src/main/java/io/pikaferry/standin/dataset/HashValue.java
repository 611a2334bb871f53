package io.pikaferry.standin.dataset;

import java.util.NavigableMap;
import java.util.TreeMap;

/** A hash; fields stand in the order of their bytes, as they do in RocksDB. */
public final class HashValue extends Value {

    private final NavigableMap<Bytes, Bytes> fields = new TreeMap<>();

    public NavigableMap<Bytes, Bytes> fields() {
        return fields;
    }

    @Override
    public boolean isEmpty() {
        return fields.isEmpty();
    }
}
