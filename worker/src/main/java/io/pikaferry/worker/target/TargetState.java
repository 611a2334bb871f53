package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the target says a job has done so far.
 *
 * @param exclusive whether the target was empty when the job began, so that everything in it is the job's
 * @param snapshot names the snapshot being loaded; present exactly while loading
 * @param marks present exactly when following the binlog
 * @param sourceIdentity of the data set it came from, where the source has one
 * @param boundaryDoubted whether the snapshot may hold the effect of items that come next
 * @param unexamined of a lane whose last transaction had something refused that nobody has heard of: where its marks stood
 *     before that transaction
 */
public record TargetState(
        int lanes,
        boolean exclusive,
        Optional<String> snapshot,
        Optional<Marks> marks,
        Optional<String> sourceIdentity,
        boolean boundaryDoubted,
        Map<Integer, Map<StreamId, BinlogPosition>> unexamined) {

    public TargetState {
        requireNonNull(snapshot, "snapshot is null");
        requireNonNull(marks, "marks is null");
        requireNonNull(sourceIdentity, "sourceIdentity is null");
        unexamined = Map.copyOf(unexamined);
        if (snapshot.isPresent() == marks.isPresent()) {
            throw new IllegalArgumentException("a target either has a snapshot being loaded or marks");
        }
        if (boundaryDoubted && marks.isEmpty()) {
            throw new IllegalArgumentException("a snapshot that is being loaded has no boundary yet");
        }
    }

    public static TargetState loading(int lanes, boolean exclusive, String snapshot, Optional<String> sourceIdentity) {
        return new TargetState(
                lanes, exclusive, Optional.of(snapshot), Optional.empty(), sourceIdentity, false, Map.of());
    }

    public static TargetState following(Marks marks, boolean exclusive, Optional<String> sourceIdentity) {
        return new TargetState(
                marks.lanes(), exclusive, Optional.empty(), Optional.of(marks), sourceIdentity, false, Map.of());
    }

    public TargetState withBoundaryDoubted(boolean doubted) {
        return new TargetState(lanes, exclusive, snapshot, marks, sourceIdentity, doubted, unexamined);
    }

    public TargetState withUnexamined(Map<Integer, Map<StreamId, BinlogPosition>> before) {
        return new TargetState(lanes, exclusive, snapshot, marks, sourceIdentity, boundaryDoubted, before);
    }

    /** Where the lanes have to go on: at their marks, but where something was refused unheard before what it was refused in. */
    public Marks goOnFrom() {
        Marks reached = marks.orElseThrow();
        if (unexamined.isEmpty()) {
            return reached;
        }
        Map<StreamId, Map<Integer, BinlogPosition>> positions = new HashMap<>();
        reached.positions().forEach((stream, perLane) -> {
            Map<Integer, BinlogPosition> lowered = new HashMap<>(perLane);
            perLane.forEach((lane, mark) -> {
                BinlogPosition before = unexamined.getOrDefault(lane, Map.of()).getOrDefault(stream, mark);
                lowered.put(lane, before.isAfter(mark) ? mark : before);
            });
            positions.put(stream, lowered);
        });
        return new Marks(lanes, positions);
    }
}
