package io.pikaferry.worker.snapshot.table;

import io.pikaferry.model.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tables of a column family, put together to runs within which keys only ascend.
 *
 * @param runs each with its files in order
 */
public record Tables(List<List<TableFile>> runs, KeyOrder order) {

    public Tables {
        runs = runs.stream().map(List::copyOf).toList();
    }

    public static Tables of(List<TableFile> files, KeyOrder order) {
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
            runs.add(level);
        }
        return new Tables(runs, order);
    }

    /**
     * Stands nowhere until it is told to seek.
     *
     * @param bound where it ends, itself excluded
     */
    public RecordCursor cursor(Optional<byte[]> bound) {
        return new RecordCursor(this, bound);
    }
}
