package io.pikaferry.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides which checkpoints are kept: those of the job's holder under the job's epoch, and only forwards (P1). Written
 * at most once in an interval per job, and always when a worker lets go.
 *
 * <p>Threads: one at a time per job.
 */
public final class CheckpointIntake {

    /** What became of an offered checkpoint. */
    public sealed interface Answer {

        /** It is in the store. */
        record Stored(Optional<Rewind> rewind) implements Answer {}

        /** The interval is not over: to be offered again, it or a later one. */
        record NotYet(Instant until) implements Answer {}
    }

    /** The target had lost what it had confirmed, so the checkpoint went back. */
    public record Rewind(StreamId stream, String from, String to) {}

    private final CheckpointStore store;
    private final InstantSource clock;
    private final Duration interval;
    private final Map<JobId, Optional<KeptCheckpoint>> known = new ConcurrentHashMap<>();

    public CheckpointIntake(CheckpointStore store, InstantSource clock, Duration interval) {
        this.store = requireNonNull(store, "store is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.interval = requireNonNull(interval, "interval is null");
    }

    /**
     * Takes a checkpoint in.
     *
     * @param rewound the worker says that the target lost what it had confirmed: it may go back
     * @param last the worker has let go of the job: written at once
     * @throws FerryException with STALE_EPOCH if the worker does not hold the job under the epoch, with
     *     STALE_CHECKPOINT if the checkpoint goes back, with CONCURRENT_UPDATE if the job has changed
     */
    public Answer offer(
            Versioned<MigrationJob> job,
            WorkerId worker,
            long epoch,
            Checkpoint checkpoint,
            boolean rewound,
            boolean last) {
        JobId id = job.value().id();
        if (!job.value().isHeldBy(worker, epoch)) {
            throw new FerryException(
                    ErrorCode.STALE_EPOCH,
                    "job %s is at epoch %d with %s and takes no checkpoint of %s under epoch %d"
                            .formatted(
                                    id,
                                    job.value().epoch(),
                                    job.value().worker().map(WorkerId::value).orElse("nobody"),
                                    worker,
                                    epoch));
        }
        Optional<KeptCheckpoint> kept = find(id);
        Optional<Rewind> rewind = kept.flatMap(before -> behind(before.checkpoint(), checkpoint));
        if (rewind.isPresent() && !rewound) {
            throw new FerryException(
                    ErrorCode.STALE_CHECKPOINT,
                    "job %s: the checkpoint of %s goes back in %s, from %s to %s"
                            .formatted(
                                    id,
                                    worker,
                                    rewind.get().stream(),
                                    rewind.get().from(),
                                    rewind.get().to()));
        }
        if (kept.filter(before -> before.epoch() == epoch && before.checkpoint().equals(checkpoint))
                .isPresent()) {
            return new Answer.Stored(Optional.empty());
        }
        Instant now = clock.instant();
        Optional<Instant> due = kept.map(before -> before.at().plus(interval)).filter(now::isBefore);
        if (due.isPresent() && !last) {
            return new Answer.NotYet(due.get());
        }
        write(job, new KeptCheckpoint(checkpoint, epoch, now));
        return new Answer.Stored(rewind);
    }

    /** The last checkpoint that was kept. */
    public Optional<KeptCheckpoint> find(JobId job) {
        return known.computeIfAbsent(job, store::find);
    }

    /** The job begins anew: there is no position to resume from, nor one to go back behind. */
    public void forget(Versioned<MigrationJob> job) {
        JobId id = job.value().id();
        known.remove(id); // whether it fails or not
        store.forget(job);
        known.put(id, Optional.empty());
    }

    /** The job was removed. */
    public void removed(JobId job) {
        known.remove(job);
    }

    private void write(Versioned<MigrationJob> job, KeptCheckpoint checkpoint) {
        JobId id = job.value().id();
        known.remove(id);
        store.put(job, checkpoint);
        known.put(id, Optional.of(checkpoint));
    }

    private static Optional<Rewind> behind(Checkpoint before, Checkpoint now) {
        return now.firstBehind(before)
                .map(stream -> new Rewind(
                        stream,
                        before.positions().get(stream).toString(),
                        Optional.ofNullable(now.positions().get(stream))
                                .map(Object::toString)
                                .orElse("nothing")));
    }
}
