package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Remembers at which name or element the cursors handed out go on; the oldest are forgotten, and a
 * forgotten cursor starts again, as in Pika. Used under the database's lock.
 */
final class Cursors {

    private static final int MOST = 5000;

    private long last;
    private final Map<Long, Bytes> positions = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Bytes> eldest) {
            return size() > MOST;
        }
    };

    Bytes resume(long cursor) {
        return positions.getOrDefault(cursor, Bytes.EMPTY);
    }

    long remember(Bytes next) {
        positions.put(++last, next);
        return last;
    }

    /** HSCAN, SSCAN, ZSCAN key cursor [MATCH pattern] [COUNT n]. */
    <T> ScanPage<T> page(Call call, Function<Bytes, ? extends Iterable<T>> from, Function<T, Bytes> nameOf) {
        ScanOptions options = ScanOptions.parse(call, 3);
        List<T> matches = new ArrayList<>();
        long seen = 0;
        for (T element : from.apply(resume(call.integer(2)))) {
            if (seen++ == options.count()) {
                return new ScanPage<>(remember(nameOf.apply(element)), matches);
            }
            if (options.matches(nameOf.apply(element))) {
                matches.add(element);
            }
        }
        return new ScanPage<>(0, matches);
    }
}
