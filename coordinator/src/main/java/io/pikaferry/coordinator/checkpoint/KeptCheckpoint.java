package io.pikaferry.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A checkpoint as it was taken in.
 *
 * @param epoch the assignment under which the promise was made
 */
public record KeptCheckpoint(Checkpoint checkpoint, long epoch, Instant at) {

    public KeptCheckpoint {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(at, "at is null");
    }
}
