package io.pikaferry.worker.snapshot.table;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tables of a column family, put together to runs within which keys only ascend.
 *
 * <p>Threads: any, at once; a {@link RecordCursor} belongs to one.
 *
 * <p>Memory: the index of each table that was opened, shared by all cursors, until the collector wants it back; per cursor and
 * run a block and what is read ahead, some 200 KB.
 */
public final class Tables {

    private final List<List<TableFile>> runs;
    private final KeyOrder order;
    private final Map<TableFile, SoftReference<Table>> opened = new ConcurrentHashMap<>();

    /** @param files all that the column family has */
    public Tables(List<TableFile> files, KeyOrder order) {
        this.order = requireNonNull(order, "order is null");
        this.runs = runs(files, order);
    }

    private static List<List<TableFile>> runs(List<TableFile> files, KeyOrder order) {
        Comparator<Bytes> byKey = (a, b) -> order.compare(a.array(), 0, a.length(), b.array(), 0, b.length());
        Map<Integer, List<TableFile>> levels = new TreeMap<>();
        List<List<TableFile>> runs = new ArrayList<>();
        for (TableFile file : files) {
            if (file.level() == 0) {
                runs.add(List.of(file));
            } else {
                levels.computeIfAbsent(file.level(), level -> new ArrayList<>()).add(file);
            }
        }
        for (List<TableFile> level : levels.values()) {
            level.sort(Comparator.comparing(TableFile::smallest, byKey));
            runs.add(List.copyOf(level));
        }
        return List.copyOf(runs);
    }

    /**
     * Stands nowhere until it is told to seek.
     *
     * @param bound where it ends, itself excluded
     */
    public RecordCursor cursor(Optional<byte[]> bound) {
        return new RecordCursor(this, bound);
    }

    List<List<TableFile>> runs() {
        return runs;
    }

    KeyOrder order() {
        return order;
    }

    /** Opened only once as a rule; twice if two ask at the same moment, which is no harm. */
    Table table(TableFile file, BlockFile blocks) throws IOException, UnreadableTableException {
        SoftReference<Table> reference = opened.get(file);
        Table table = reference == null ? null : reference.get();
        if (table == null) {
            table = Table.open(file, blocks, order);
            opened.put(file, new SoftReference<>(table));
        }
        return table;
    }
}
