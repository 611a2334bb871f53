package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.pace.Limits;
import java.util.Map;

/**
 * A job in this worker's hands.
 *
 * @param epoch counts the assignments of the job
 * @param checkpoint what the coordinator knows of its progress; empty if it never applied anything
 * @param forceFullSync the operator's: forget what the target says, once
 */
public record Assignment(
        JobId job, long epoch, JobSettings settings, Map<StreamId, BinlogPosition> checkpoint, boolean forceFullSync) {

    public Assignment {
        requireNonNull(job, "job is null");
        requireNonNull(settings, "settings is null");
        checkpoint = Map.copyOf(checkpoint);
    }

    Assignment limited(Limits limits) {
        return new Assignment(job, epoch, settings.limited(limits), checkpoint, forceFullSync);
    }
}
