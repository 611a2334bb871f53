package io.pikaferry.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A worker's promise about one job: of every stream, the target has confirmed each item up to and including the
 * position. Resuming from a checkpoint never skips an item (P1); what it repeats, the marks in the target keep from
 * taking effect twice (P2).
 *
 * @param positions never empty
 * @param sourceIdentity of the data set at the source, where it has one (replication_id); else empty
 */
public record Checkpoint(Map<StreamId, BinlogPosition> positions, String sourceIdentity) {

    public Checkpoint {
        requireNonNull(sourceIdentity, "sourceIdentity is null");
        if (positions.isEmpty()) {
            throw new IllegalArgumentException("a checkpoint without a position");
        }
        positions = Collections.unmodifiableMap(new TreeMap<>(positions));
    }

    /** A stream of the earlier checkpoint in which this one is not as far, or that it does not know. */
    Optional<StreamId> firstBehind(Checkpoint earlier) {
        return earlier.positions().entrySet().stream()
                .filter(then -> {
                    BinlogPosition now = positions.get(then.getKey());
                    return now == null || then.getValue().isAfter(now);
                })
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
