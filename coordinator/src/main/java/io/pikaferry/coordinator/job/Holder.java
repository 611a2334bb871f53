package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.WorkerId;

/**
 * The process that runs a job.
 *
 * @param incarnation which start of the worker: a restarted worker runs nothing of what it ran before
 */
public record Holder(WorkerId worker, String incarnation) {

    public Holder {
        requireNonNull(worker, "worker is null");
        requireNonNull(incarnation, "incarnation is null");
    }
}
