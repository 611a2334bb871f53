package io.pikaferry.worker.snapshot.table;

import java.util.List;
import java.util.Optional;

/** Walks tables that follow on one another, a level of a column family, as if they were one. Used by one thread. */
final class RunCursor implements AutoCloseable {

    private final Tables tables;
    private final List<TableFile> files;
    private final Decompression decompression;

    private int at;
    private Optional<TableCursor> open = Optional.empty();
    private int openNumber;
    private boolean valid;

    /** @param files in the order of their keys, at least one */
    RunCursor(Tables tables, List<TableFile> files, Decompression decompression) {
        this.tables = tables;
        this.files = files;
        this.decompression = decompression;
    }

    boolean valid() {
        return valid;
    }

    /** The table it stands in, while it is valid. */
    TableCursor table() {
        return open.orElseThrow();
    }

    void first() throws UnreadableTableException {
        valid = false;
        at = 0;
        table(0).first();
        skipEnds();
    }

    void seek(byte[] target) throws UnreadableTableException {
        valid = false;
        at = firstNotBefore(target);
        if (at < files.size()) {
            table(at).seek(target);
            skipEnds();
        }
    }

    void next() throws UnreadableTableException {
        valid = false;
        table().next();
        skipEnds();
    }

    private void skipEnds() throws UnreadableTableException {
        while (!table().valid()) {
            at++;
            if (at == files.size()) {
                return;
            }
            table(at).first();
        }
        valid = true;
    }

    private TableCursor table(int number) throws UnreadableTableException {
        if (open.isEmpty() || openNumber != number) {
            close();
            open = Optional.of(TableCursor.open(tables, files.get(number), decompression));
            openNumber = number;
        }
        return open.get();
    }

    private int firstNotBefore(byte[] target) {
        int low = 0;
        int high = files.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            byte[] largest = files.get(middle).largest().array();
            if (tables.order().compare(largest, 0, largest.length, target, 0, target.length) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public void close() {
        open.ifPresent(TableCursor::close);
        open = Optional.empty();
        valid = false;
    }
}
