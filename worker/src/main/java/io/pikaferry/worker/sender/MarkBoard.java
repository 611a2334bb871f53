package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetState;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Marks marks = state.marks().orElseThrow();
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

    void moved(int lane, Map<StreamId, BinlogPosition> to) {
        rows.get(lane).putAll(to);
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
            command[i++] = mark.getValue().toString().getBytes(StandardCharsets.US_ASCII);
        }
        return command;
    }

    /** The commands that put back everything of ours after the control database was flushed; only while all other lanes wait. */
    List<byte[][]> restore() {
        Map<StreamId, Map<Integer, BinlogPosition>> all = new HashMap<>();
        for (int lane = 0; lane < rows.size(); lane++) {
            int row = lane;
            rows.get(lane).forEach((stream, position) -> all.computeIfAbsent(stream, any -> new HashMap<>())
                    .put(row, position));
        }
        // Doubted once more after it was passed does no harm.
        TargetState state = TargetState.following(new Marks(rows.size(), all), exclusive, sourceIdentity)
                .withBoundaryDoubted(boundaryDoubted);
        return List.of(
                new byte[][] {Words.SET, keys.fence(), Long.toString(epoch).getBytes(StandardCharsets.US_ASCII)},
                keeper.render(state));
    }
}
