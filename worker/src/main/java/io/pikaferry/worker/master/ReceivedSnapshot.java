package io.pikaferry.worker.master;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.nio.file.Path;
import java.util.Map;

/**
 * A dump on our disk, complete.
 *
 * @param directories of every stream the directory that holds its sub-databases (and {@code info})
 * @param positions of every stream the position the dump stands for: following from there misses nothing
 */
public record ReceivedSnapshot(Map<StreamId, Path> directories, Map<StreamId, BinlogPosition> positions) {

    public ReceivedSnapshot {
        directories = Map.copyOf(directories);
        positions = Map.copyOf(positions);
        if (!directories.keySet().equals(positions.keySet())) {
            throw new IllegalArgumentException(
                    "directories of " + directories.keySet() + " but positions of " + positions.keySet());
        }
    }
}
