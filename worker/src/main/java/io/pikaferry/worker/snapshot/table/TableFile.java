package io.pikaferry.worker.snapshot.table;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;
import java.nio.file.Path;

/**
 * A table of a column family, as the MANIFEST lists it.
 *
 * @param level files of level 0 may overlap, those of one other level do not
 * @param smallest,largest key of its records, without RocksDB's eight bytes
 * @param largestSequence of its records; of all of them, if the table came into the database as a whole
 */
public record TableFile(Path path, int level, Bytes smallest, Bytes largest, long largestSequence) {

    public TableFile {
        requireNonNull(path, "path is null");
        requireNonNull(smallest, "smallest is null");
        requireNonNull(largest, "largest is null");
        if (level < 0) {
            throw new IllegalArgumentException("the level of " + path + " is " + level);
        }
    }
}
