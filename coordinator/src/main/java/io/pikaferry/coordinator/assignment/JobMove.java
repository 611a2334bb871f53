package io.pikaferry.coordinator.assignment;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.job.DesiredState;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobLifecycle;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.membership.WorkerRegistry;
import io.pikaferry.coordinator.membership.WorkerRegistry.Member;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.util.Optional;

/** Moves a job on the operator's wish. What cannot be done now is refused now; the move itself is the loop's. */
public final class JobMove {

    private final JobLifecycle lifecycle;
    private final JobStore jobs;
    private final WorkerRegistry workers;

    public JobMove(JobLifecycle lifecycle, JobStore jobs, WorkerRegistry workers) {
        this.lifecycle = requireNonNull(lifecycle, "lifecycle is null");
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.workers = requireNonNull(workers, "workers is null");
    }

    /**
     * The job, with the wish.
     *
     * @param to empty for anywhere but where it is
     * @throws FerryException with JOB_NOT_FOUND, WORKER_NOT_FOUND, or ILLEGAL_TRANSITION if the worker cannot take it
     */
    public MigrationJob move(JobId id, Optional<WorkerId> to) {
        MigrationJob job = lifecycle.find(id).value();
        if (job.observed() == JobState.RUNNING && job.desired() != DesiredState.RUN) {
            throw new FerryException(
                    ErrorCode.ILLEGAL_TRANSITION, "job %s is to %s and cannot be moved".formatted(id, job.desired()));
        }
        if (to.isPresent()) {
            if (job.worker().equals(to)) {
                return job;
            }
            whyNot(job, workers.member(to.get())).ifPresent(why -> {
                throw new FerryException(
                        ErrorCode.ILLEGAL_TRANSITION,
                        "job %s cannot be moved to worker %s: it %s".formatted(id, to.get(), why));
            });
        } else if (workers.members().stream()
                .noneMatch(worker -> !job.worker().equals(Optional.of(worker.id()))
                        && whyNot(job, worker).isEmpty())) {
            throw new FerryException(
                    ErrorCode.ILLEGAL_TRANSITION,
                    "job %s cannot be moved: no other worker is connected that could take it".formatted(id));
        }
        return lifecycle.handle(id, new JobEvent.MoveRequested(to), "operator");
    }

    private Optional<String> whyNot(MigrationJob job, Member worker) {
        if (worker.worker().cordoned()) {
            return Optional.of("is cordoned");
        }
        if (!worker.takesJobs()) {
            return Optional.of("is not connected");
        }
        if (!Balancer.matches(worker, job)) {
            return Optional.of("does not have the labels " + job.spec().workerSelector());
        }
        long held = jobs.all().stream()
                .filter(other -> other.value().worker().equals(Optional.of(worker.id())))
                .count();
        return held < worker.worker().capacity()
                ? Optional.empty()
                : Optional.of("has no free slot (%d of %d in use)"
                        .formatted(held, worker.worker().capacity()));
    }
}
