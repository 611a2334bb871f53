package io.pikaferry.standin.dataset;

import java.util.NavigableSet;
import java.util.TreeSet;

/** A set; members stand in the order of their bytes, as they do in RocksDB. */
public final class SetValue extends Value {

    private final NavigableSet<Bytes> members = new TreeSet<>();

    public NavigableSet<Bytes> members() {
        return members;
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }
}
