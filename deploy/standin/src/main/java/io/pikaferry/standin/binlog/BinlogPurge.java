package io.pikaferry.standin.binlog;

import java.util.NavigableSet;
import java.util.function.LongPredicate;

/** Deletes binlog files that are too many, but never the last ten nor what slaves need. */
public final class BinlogPurge {

    private static final int ALWAYS_KEPT = 10;

    private final Binlog binlog;
    private final LongPredicate free;

    /** @param free whether no slave needs a file of that number any more */
    public BinlogPurge(Binlog binlog, LongPredicate free) {
        this.binlog = binlog;
        this.free = free;
    }

    /** Deletes the oldest files beyond that number. */
    public synchronized void keep(int files) {
        NavigableSet<Long> present = binlog.files();
        long surplus = present.size() - (long) files;
        for (long file : present) {
            if (surplus-- <= 0 || !mayGo(file)) {
                return;
            }
            binlog.delete(file);
        }
    }

    /** PURGELOGSTO: whether all files up to that number could be deleted. */
    public synchronized boolean upTo(long last) {
        for (long file : binlog.files().headSet(last, true)) {
            if (!mayGo(file)) {
                return false;
            }
            binlog.delete(file);
        }
        return true;
    }

    /** Deletes all files before that number, needed or not: what an operator's rm does. */
    public synchronized void forceBefore(long first) {
        binlog.files().headSet(Math.min(first, binlog.end().file()), false).forEach(binlog::delete);
    }

    private boolean mayGo(long file) {
        return file + ALWAYS_KEPT <= binlog.end().file() && free.test(file);
    }
}
