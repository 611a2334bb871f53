package io.pikaferry.worker.snapshot;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The cursors of a scan that meets the keys in byte order, over their data. Where those are sorted by the length of the
 * user's key first, there is one per length, which then only ever goes forward: with a single one, {@code user:99} between
 * {@code user:989} and {@code user:990} would cost two seeks. Used by one thread.
 */
final class DataCursors implements AutoCloseable {

    /** Each may pin a block per level. */
    private static final int MAX_OPEN = 8;

    private final DumpDatabase database;
    private final Family family;
    private final boolean perLength;
    private final Map<Integer, Cursor> byLength = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Cursor> eldest) {
            if (size() <= MAX_OPEN) {
                return false;
            }
            eldest.getValue().close();
            return true;
        }
    };

    private DataCursors(DumpDatabase database, Family family, boolean perLength) {
        this.database = database;
        this.family = family;
        this.perLength = perLength;
    }

    static DataCursors sortedByLength(DumpDatabase database, Family family) {
        return new DataCursors(database, family, true);
    }

    static DataCursors sortedByKey(DumpDatabase database, Family family) {
        return new DataCursors(database, family, false);
    }

    /** To be used before the next is asked for. */
    Cursor forKey(byte[] key) {
        int length = perLength ? key.length : 0;
        Cursor cursor = byLength.get(length);
        if (cursor == null) {
            cursor = database.cursor(family);
            byLength.put(length, cursor);
        }
        return cursor;
    }

    @Override
    public void close() {
        byLength.values().forEach(Cursor::close);
    }
}
