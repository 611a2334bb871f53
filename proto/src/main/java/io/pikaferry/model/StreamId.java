package io.pikaferry.model;

import java.util.Comparator;

/**
 * One binlog of an instance: a database, and in sharding mode a slot of it. Every stream has
 * positions of its own. Pika before 3.1 has one stream, {@link #ONLY}.
 */
public record StreamId(int db, int slot) implements Comparable<StreamId> {

    public static final StreamId ONLY = new StreamId(0, 0);

    private static final Comparator<StreamId> ORDER =
            Comparator.comparingInt(StreamId::db).thenComparingInt(StreamId::slot);

    public StreamId {
        if (db < 0 || slot < 0) {
            throw new IllegalArgumentException("negative stream: db " + db + ", slot " + slot);
        }
    }

    /** Reads what {@link #toString} wrote. */
    public static StreamId parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 2 || !parts[0].startsWith("db")) {
            throw new IllegalArgumentException("not a stream: " + text);
        }
        return new StreamId(Integer.parseInt(parts[0].substring(2)), Integer.parseInt(parts[1]));
    }

    @Override
    public int compareTo(StreamId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "db" + db + "." + slot;
    }
}
