package io.pikaferry.worker.pipeline;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.pipeline.JobSettings.FullSync;
import io.pikaferry.worker.target.TargetState;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where a try at a job begins. Decided from what the target holds, what the coordinator knows, and what the operator allows. */
sealed interface ResumePlan {

    /** Go on from the marks. */
    record Follow(TargetState state) implements ResumePlan {}

    /** Follow from the beginning of the binlogs, into a target that has nothing of the job yet. */
    record FollowFromStart(Map<StreamId, BinlogPosition> positions) implements ResumePlan {}

    /** Load the snapshot that is still on this worker's disk, from its beginning. */
    record LoadAgain(String snapshot, boolean exclusive) implements ResumePlan {}

    /**
     * Take a snapshot and load it.
     *
     * @param begun whether the job has written to the target before; then what is there is not a surprise
     * @param exclusive of a job that has begun: whether everything in the target is its own
     */
    record TakeSnapshot(boolean begun, boolean exclusive) implements ResumePlan {}

    /**
     * @param force whether a snapshot is wanted whatever there is to go on from
     * @param target what the target says; empty if it knows nothing of the job
     * @param onDisk the snapshot this worker has complete on its disk
     * @throws FerryException if a person has to decide
     */
    static ResumePlan decide(
            Assignment assignment,
            boolean force,
            SourceInfo source,
            Optional<TargetState> target,
            Optional<String> onDisk) {
        JobSettings settings = assignment.settings();
        if (force) {
            boolean exclusive = target.map(TargetState::exclusive).orElse(false);
            return new TakeSnapshot(target.isPresent(), exclusive);
        }
        if (target.isEmpty()) {
            return begin(assignment, source);
        }
        TargetState state = target.get();
        if (state.lanes() != settings.lanes()) {
            throw new FerryException(
                    ErrorCode.LANES_CHANGED,
                    "job %s began with %d lanes and is to go on with %d"
                            .formatted(assignment.job(), state.lanes(), settings.lanes()));
        }
        if (isOfAnother(source, state)) {
            throw new FerryException(
                    ErrorCode.SOURCE_WENT_BACK,
                    "source %s holds another data set than the one job %s began with"
                            .formatted(settings.source(), assignment.job()));
        }
        if (state.marks().isPresent()) {
            return follow(assignment, source, state);
        }
        if (state.snapshot().equals(onDisk)) {
            return new LoadAgain(state.snapshot().orElseThrow(), state.exclusive());
        }
        return new TakeSnapshot(true, state.exclusive());
    }

    private static ResumePlan begin(Assignment assignment, SourceInfo source) {
        if (!assignment.checkpoint().isEmpty()) {
            throw new FerryException(
                    ErrorCode.TARGET_MARKS_LOST,
                    "job %s had come to %s, but target %s holds no marks of it"
                            .formatted(
                                    assignment.job(),
                                    new TreeMap<>(assignment.checkpoint()),
                                    assignment.settings().target()));
        }
        if (assignment.settings().fullSync() == FullSync.NEVER) {
            Map<StreamId, BinlogPosition> start = new TreeMap<>();
            source.streams().forEach(stream -> start.put(stream, BinlogPosition.START));
            return new FollowFromStart(start);
        }
        return new TakeSnapshot(false, false);
    }

    /** Whether the target's content is another data set's than the source's now. */
    private static boolean isOfAnother(SourceInfo source, TargetState state) {
        return state.sourceIdentity().isPresent()
                && source.identity().isPresent()
                && !state.sourceIdentity().equals(source.identity());
    }

    private static ResumePlan follow(Assignment assignment, SourceInfo source, TargetState state) {
        Marks marks = state.marks().orElseThrow();
        if (!marks.streams().equals(new HashSet<>(source.streams()))) {
            throw new FerryException(
                    ErrorCode.SOURCE_WENT_BACK,
                    "job %s has marks of %s, but source %s has %s"
                            .formatted(
                                    assignment.job(),
                                    marks.streams().stream().sorted().toList(),
                                    assignment.settings().source(),
                                    source.streams()));
        }
        return new Follow(state);
    }
}
