package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One migration, from one Pika instance to one target.
 *
 * @param desired what the operator wants; differs from what is observed while a worker is letting go
 * @param epoch counts the assignments this job has had; it fences off a worker that lost the job
 *     but does not know it yet
 * @param holder present exactly while RUNNING
 * @param lastWorker who held it last, or holds it
 * @param reason present exactly while BLOCKED
 * @param forceFullSync the next worker to get as far as loading is to forget checkpoint and marks, and take a snapshot
 * @param move present only while PENDING or RUNNING
 * @param failovers how often it lost its worker
 * @param sourcePassword whether one is kept for the source
 * @param targetPassword whether one is kept for the target
 * @param since when it got into the observed state
 */
public record MigrationJob(
        JobSpec spec,
        DesiredState desired,
        JobState observed,
        long epoch,
        Optional<Holder> holder,
        Optional<WorkerId> lastWorker,
        Optional<Reason> reason,
        boolean forceFullSync,
        Optional<MoveWish> move,
        int failovers,
        boolean sourcePassword,
        boolean targetPassword,
        Instant createdAt,
        Instant since) {

    public MigrationJob {
        requireNonNull(spec, "spec is null");
        requireNonNull(desired, "desired is null");
        requireNonNull(observed, "observed is null");
        requireNonNull(lastWorker, "lastWorker is null");
        createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS); // as it is stored
        since = since.truncatedTo(ChronoUnit.MILLIS);
        if (holder.isPresent() != (observed == JobState.RUNNING)
                || reason.isPresent() != (observed == JobState.BLOCKED)) {
            throw new IllegalArgumentException(
                    "job %s is %s with holder %s and reason %s".formatted(spec.name(), observed, holder, reason));
        }
        if (move.isPresent() && observed != JobState.RUNNING && observed != JobState.PENDING) {
            throw new IllegalArgumentException("job %s is %s and to be moved".formatted(spec.name(), observed));
        }
        if (epoch < 0 || failovers < 0) {
            throw new IllegalArgumentException(
                    "job %s has epoch %d and %d failovers".formatted(spec.name(), epoch, failovers));
        }
    }

    /**
     * A new job.
     *
     * @param lastEpoch where the epochs of an earlier job of that name ended: the fence in the target remembers them
     */
    public static MigrationJob submitted(JobSpec spec, boolean paused, long lastEpoch, Instant at) {
        DesiredState desired = paused ? DesiredState.PAUSE : DesiredState.RUN;
        return new MigrationJob(
                spec,
                desired,
                desired.settled(),
                lastEpoch,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                spec.fullSync() == FullSync.FORCE,
                Optional.empty(),
                0,
                false,
                false,
                at,
                at);
    }

    public JobId id() {
        return spec.name();
    }

    public Optional<WorkerId> worker() {
        return holder.map(Holder::worker);
    }

    /** Whether the worker holds it under exactly this epoch. */
    public boolean isHeldBy(WorkerId worker, long epoch) {
        return this.epoch == epoch && worker().filter(worker::equals).isPresent();
    }

    MigrationJob withPasswords(boolean source, boolean target) {
        Draft draft = draft();
        draft.sourcePassword = source;
        draft.targetPassword = target;
        return draft.done();
    }

    Draft draft() {
        return new Draft(this);
    }

    /** A job while an event is being applied to it; becomes a value again by {@link #done}, which checks it. */
    static final class Draft {

        private final Instant createdAt;
        JobSpec spec;
        DesiredState desired;
        JobState observed;
        long epoch;
        Optional<Holder> holder;
        Optional<WorkerId> lastWorker;
        Optional<Reason> reason;
        boolean forceFullSync;
        Optional<MoveWish> move;
        int failovers;
        boolean sourcePassword;
        boolean targetPassword;
        Instant since;

        private Draft(MigrationJob job) {
            spec = job.spec;
            createdAt = job.createdAt;
            desired = job.desired;
            observed = job.observed;
            epoch = job.epoch;
            holder = job.holder;
            lastWorker = job.lastWorker;
            reason = job.reason;
            forceFullSync = job.forceFullSync;
            move = job.move;
            failovers = job.failovers;
            sourcePassword = job.sourcePassword;
            targetPassword = job.targetPassword;
            since = job.since;
        }

        MigrationJob done() {
            return new MigrationJob(
                    spec,
                    desired,
                    observed,
                    epoch,
                    holder,
                    lastWorker,
                    reason,
                    forceFullSync,
                    move,
                    failovers,
                    sourcePassword,
                    targetPassword,
                    createdAt,
                    since);
        }
    }
}
