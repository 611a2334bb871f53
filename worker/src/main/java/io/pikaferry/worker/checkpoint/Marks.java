package io.pikaferry.worker.checkpoint;

import static java.util.Collections.unmodifiableMap;
import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How far each lane has come in each stream, as the target holds it: every item of the stream that ends at or before the
 * mark and belongs to the lane has taken effect, and no later one has.
 *
 * @param lanes how many there are; fixed for a job, since it decides which lane an item belongs to
 * @param positions of every stream one position per lane; sorted, so that they are written in the same order every time
 */
public record Marks(int lanes, Map<StreamId, Map<Integer, BinlogPosition>> positions) {

    public Marks {
        requireNonNull(positions, "positions is null");
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes must be positive, got " + lanes);
        }
        Map<StreamId, Map<Integer, BinlogPosition>> copy = new TreeMap<>();
        for (Map.Entry<StreamId, Map<Integer, BinlogPosition>> stream : positions.entrySet()) {
            if (stream.getValue().size() != lanes) {
                throw new IllegalArgumentException("%s has marks of %d lanes, expected %d"
                        .formatted(stream.getKey(), stream.getValue().size(), lanes));
            }
            copy.put(stream.getKey(), unmodifiableMap(new TreeMap<>(stream.getValue())));
        }
        positions = unmodifiableMap(copy);
    }

    /** Every lane at the same place: after a load, or at the very beginning. */
    public static Marks level(int lanes, Map<StreamId, BinlogPosition> positions) {
        Map<StreamId, Map<Integer, BinlogPosition>> level = new HashMap<>();
        positions.forEach((stream, position) -> {
            Map<Integer, BinlogPosition> perLane = new HashMap<>();
            for (int lane = 0; lane < lanes; lane++) {
                perLane.put(lane, position);
            }
            level.put(stream, perLane);
        });
        return new Marks(lanes, level);
    }

    public Set<StreamId> streams() {
        return positions.keySet();
    }

    public BinlogPosition of(StreamId stream, int lane) {
        return positions.get(stream).get(lane);
    }

    /** Where the lane that is furthest ahead stands. */
    public BinlogPosition furthest(StreamId stream) {
        return positions.get(stream).values().stream()
                .max(BinlogPosition::compareTo)
                .orElseThrow();
    }

    /** P1: of every stream the place to resume after, which is where its slowest lane stands. */
    public Map<StreamId, BinlogPosition> resumeAfter() {
        Map<StreamId, BinlogPosition> lowest = new TreeMap<>();
        positions.forEach((stream, perLane) -> lowest.put(
                stream, perLane.values().stream().min(BinlogPosition::compareTo).orElseThrow()));
        return lowest;
    }
}
