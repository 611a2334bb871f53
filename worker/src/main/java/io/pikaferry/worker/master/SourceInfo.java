package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.StreamId;
import java.util.List;
import java.util.Optional;

/**
 * What a master says of itself.
 *
 * @param streams every binlog it has, in order; one for A and B
 * @param slots in sharding mode the number of slots a database is cut into, else 1
 * @param identity names the data set (replication_id), where the master has such a thing
 */
public record SourceInfo(
        PikaVersion version, Generation generation, List<StreamId> streams, int slots, Optional<String> identity) {

    public SourceInfo {
        requireNonNull(version, "version is null");
        requireNonNull(generation, "generation is null");
        requireNonNull(identity, "identity is null");
        streams = streams.stream().sorted().toList();
        if (streams.isEmpty()) {
            throw new IllegalArgumentException("a source has at least one stream");
        }
        if (slots < 1) {
            throw new IllegalArgumentException("slots must be positive, got " + slots);
        }
    }
}
