package io.pikaferry.worker.snapshot.table;

/** A table is damaged, or has something this package does not know: RocksDB has to say what it makes of it. */
public final class UnreadableTableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableTableException(String why) {
        super(why);
    }

    UnreadableTableException(String why, Throwable cause) {
        super(why, cause);
    }
}
