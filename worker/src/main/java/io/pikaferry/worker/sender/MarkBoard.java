package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The marks as the target has them, beside what else stands in the job's checkpoint hash. Each lane writes its own row;
 * a lane that holds all others at a gate may read the whole.
 */
public final class MarkBoard {

    private final TargetKeys keys;
    private final StateKeeper keeper;
    private final boolean exclusive;
    private final Optional<String> sourceIdentity;
    private final List<Map<StreamId, BinlogPosition>> rows;
    private final List<Map<StreamId, BinlogPosition>> unexaminedSince;
    private final List<Map<StreamId, BinlogPosition>> unexaminedUpTo;
    private final Map<StreamId, byte[][]> fieldNames = new HashMap<>();
    private final long epoch;
    private final boolean boundaryDoubted;

    public MarkBoard(TargetKeys keys, StateKeeper keeper, TargetState state, long epoch) {
        this.keys = requireNonNull(keys, "keys is null");
        this.keeper = requireNonNull(keeper, "keeper is null");
        this.exclusive = state.exclusive();
        this.sourceIdentity = state.sourceIdentity();
        this.epoch = epoch;
        this.boundaryDoubted = state.boundaryDoubted();
        Marks marks = state.goOnFrom();
        Marks reached = state.marks().orElseThrow();
        this.unexaminedSince = new ArrayList<>();
        this.unexaminedUpTo = new ArrayList<>();
        for (int lane = 0; lane < marks.lanes(); lane++) {
            Map<StreamId, BinlogPosition> since = new ConcurrentHashMap<>();
            Map<StreamId, BinlogPosition> upTo = new ConcurrentHashMap<>();
            for (StreamId stream : marks.streams()) {
                if (reached.of(stream, lane).isAfter(marks.of(stream, lane))) {
                    since.put(stream, marks.of(stream, lane));
                    upTo.put(stream, reached.of(stream, lane));
                }
            }
            unexaminedSince.add(since);
            unexaminedUpTo.add(upTo);
        }
        this.rows = java.util.stream.IntStream.range(0, marks.lanes())
                .<Map<StreamId, BinlogPosition>>mapToObj(lane -> {
                    Map<StreamId, BinlogPosition> row = new ConcurrentHashMap<>();
                    marks.streams().forEach(stream -> row.put(stream, marks.of(stream, lane)));
                    return row;
                })
                .toList();
        for (StreamId stream : marks.streams()) {
            byte[][] names = new byte[marks.lanes()][];
            for (int lane = 0; lane < names.length; lane++) {
                names[lane] = (stream + "/" + lane).getBytes(StandardCharsets.US_ASCII);
            }
            fieldNames.put(stream, names);
        }
    }

    /** Whether the lane has been past the position already, when it took over or since. */
    boolean covers(StreamId stream, int lane, BinlogPosition end) {
        return !end.isAfter(rows.get(lane).get(stream));
    }

    /** Not of one moment, lane by lane. Any thread. */
    Marks confirmed() {
        return marks((lane, stream, position) -> position);
    }

    private interface Shown {
        BinlogPosition of(int lane, StreamId stream, BinlogPosition confirmed);
    }

    private Marks marks(Shown shown) {
        Map<StreamId, Map<Integer, BinlogPosition>> all = new HashMap<>();
        for (int lane = 0; lane < rows.size(); lane++) {
            int row = lane;
            rows.get(lane).forEach((stream, position) -> all.computeIfAbsent(stream, any -> new HashMap<>())
                    .put(row, shown.of(row, stream, position)));
        }
        return new Marks(rows.size(), all);
    }

    void moved(int lane, Map<StreamId, BinlogPosition> to) {
        rows.get(lane).putAll(to);
    }

    /**
     * Whether the item was in a transaction of an earlier tenure in which something was refused, nobody knows what: it has taken
     * effect or been refused, and must not be applied again.
     */
    boolean isUnexamined(int lane, StreamId stream, BinlogPosition end) {
        BinlogPosition upTo = unexaminedUpTo.get(lane).get(stream);
        return upTo != null && !end.isAfter(upTo);
    }

    boolean hasUnexamined(int lane) {
        return !unexaminedUpTo.get(lane).isEmpty();
    }

    /** Whether nothing of that kind will be left of the lane when its marks have moved. */
    boolean willBeExamined(int lane, Map<StreamId, BinlogPosition> to) {
        for (Map.Entry<StreamId, BinlogPosition> range :
                unexaminedUpTo.get(lane).entrySet()) {
            BinlogPosition reached =
                    to.getOrDefault(range.getKey(), rows.get(lane).get(range.getKey()));
            if (range.getValue().isAfter(reached)) {
                return false;
            }
        }
        return true;
    }

    /** All of that kind is done with, and the target knows. */
    void examined(int lane) {
        unexaminedSince.get(lane).clear();
        unexaminedUpTo.get(lane).clear();
    }

    /** Where the lane's marks stand before they move so; where something is unexamined, where they stood before that. */
    Map<StreamId, BinlogPosition> before(int lane, Map<StreamId, BinlogPosition> moving) {
        Map<StreamId, BinlogPosition> before = new TreeMap<>();
        moving.keySet().forEach(stream -> before.put(stream, rows.get(lane).get(stream)));
        before.putAll(unexaminedSince.get(lane));
        return before;
    }

    /** What the target has is never set back, while what is unexamined is gone through. */
    private BinlogPosition reached(int lane, StreamId stream, BinlogPosition to) {
        BinlogPosition upTo = unexaminedUpTo.get(lane).get(stream);
        return upTo != null && upTo.isAfter(to) ? upTo : to;
    }

    /** Which of the positions lie beyond the lane's marks. */
    Map<StreamId, BinlogPosition> beyond(int lane, Map<StreamId, BinlogPosition> positions) {
        Map<StreamId, BinlogPosition> beyond = new HashMap<>();
        positions.forEach((stream, position) -> {
            if (position.isAfter(rows.get(lane).get(stream))) {
                beyond.put(stream, position);
            }
        });
        return beyond;
    }

    /** The HSET that moves the lane's marks. */
    byte[][] render(int lane, Map<StreamId, BinlogPosition> to) {
        byte[][] command = new byte[2 + 2 * to.size()][];
        command[0] = Words.HSET;
        command[1] = keys.checkpoint();
        int i = 2;
        for (Map.Entry<StreamId, BinlogPosition> mark : to.entrySet()) {
            command[i++] = fieldNames.get(mark.getKey())[lane];
            command[i++] =
                    reached(lane, mark.getKey(), mark.getValue()).toString().getBytes(StandardCharsets.US_ASCII);
        }
        return command;
    }

    /** The commands that put back everything of ours after the control database was flushed; only while all other lanes wait. */
    List<byte[][]> restore() {
        // Doubted once more after it was passed does no harm.
        TargetState state = TargetState.following(marks(this::reached), exclusive, sourceIdentity)
                .withBoundaryDoubted(boundaryDoubted);
        return List.of(
                new byte[][] {Words.SET, keys.fence(), Long.toString(epoch).getBytes(StandardCharsets.US_ASCII)},
                keeper.render(state));
    }
}
