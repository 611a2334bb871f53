package io.pikaferry.worker.snapshot;

import io.pikaferry.model.StreamId;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads a dump key by key, several sub-databases and key ranges at once, and never holds a collection in memory.
 */
public interface SnapshotScan {

    /**
     * @param keys live keys handed over
     * @param elements values, fields, members, entries of them
     * @param skipped dead, expired and internal keys
     */
    record Summary(long keys, long elements, long skipped) {

        /** As {@link #toString} writes it. */
        public static Summary parse(String text) {
            String[] counts = text.split(" ", 3);
            return new Summary(Long.parseLong(counts[0]), Long.parseLong(counts[1]), Long.parseLong(counts[2]));
        }

        @Override
        public String toString() {
            return keys + " " + elements + " " + skipped;
        }
    }

    /**
     * @param directories of every stream the directory that holds its sub-databases
     * @param asOfSeconds the clock for expiry: the time the dump was taken (dump-formats.md §4.6)
     * @throws io.pikaferry.error.FerryException SNAPSHOT_CORRUPT, naming the file, if anything is damaged: never a
     *     partial scan that looks whole
     */
    Summary run(
            Map<StreamId, Path> directories, long asOfSeconds, SnapshotDestination destination, ScanProgress progress)
            throws InterruptedException;
}
