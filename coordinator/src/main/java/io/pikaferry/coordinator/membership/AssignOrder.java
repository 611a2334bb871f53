package io.pikaferry.coordinator.membership;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.checkpoint.Checkpoint;
import io.pikaferry.coordinator.job.JobSpec;
import io.pikaferry.model.Bytes;
import java.util.Optional;

/**
 * All that a worker needs to run a job.
 *
 * @param checkpoint empty if the job has never applied anything, or is to forget that it has
 * @param forceFullSync forget checkpoint and marks, take a snapshot
 */
public record AssignOrder(
        JobSpec spec,
        long epoch,
        Optional<Bytes> sourcePassword,
        Optional<Bytes> targetPassword,
        Optional<Checkpoint> checkpoint,
        boolean forceFullSync) {

    public AssignOrder {
        requireNonNull(spec, "spec is null");
        requireNonNull(sourcePassword, "sourcePassword is null");
        requireNonNull(targetPassword, "targetPassword is null");
        requireNonNull(checkpoint, "checkpoint is null");
    }
}
