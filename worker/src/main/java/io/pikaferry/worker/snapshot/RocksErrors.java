package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Turns what RocksDB says into our codes. */
final class RocksErrors {

    /** From here on some of RocksDB's messages show keys, which are not ours to print. */
    private static final String KEY = "key";

    private RocksErrors() {}

    static FerryException translate(String what, RocksDBException e) {
        String said = String.valueOf(e.getMessage());
        int key = said.indexOf(KEY);
        if (key >= 0) {
            return new FerryException(code(e), what + ": " + said.substring(0, key) + "…");
        }
        return new FerryException(code(e), what + ": " + said, e);
    }

    /** A file that is not there may have been lost on the way; everything else is damage. */
    private static ErrorCode code(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.IOError
                ? ErrorCode.SNAPSHOT_INCOMPLETE
                : ErrorCode.SNAPSHOT_CORRUPT;
    }
}
