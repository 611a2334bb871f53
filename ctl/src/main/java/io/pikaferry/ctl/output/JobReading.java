package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.StreamProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a job's message says, put so that table, screen and document agree. "Not known", which the message says by an
 * absent field or a negative number, is an empty Optional here.
 */
public final class JobReading {

    /** A worker reports each second; one that has been silent for so long is worth a remark. */
    private static final Duration STALE = Duration.ofSeconds(5);

    private final JobView job;

    public JobReading(JobView job) {
        this.job = requireNonNull(job, "job is null");
    }

    public JobView message() {
        return job;
    }

    public String name() {
        return job.getSpec().getName();
    }

    public ObservedState state() {
        return job.getState();
    }

    /** What it is doing; empty unless it is RUNNING. */
    public Optional<Phase> phase() {
        return state() == ObservedState.RUNNING ? lastPhase() : Optional.empty();
    }

    /** What it was doing when a worker last said so. */
    Optional<Phase> lastPhase() {
        Phase phase = job.getProgress().getPhase();
        return phase == Phase.PHASE_UNSPECIFIED ? Optional.empty() : Optional.of(phase);
    }

    /** Why it is blocked, why no worker takes it, or what it is retrying. */
    public Optional<Reason> reason() {
        if (job.hasReason()) {
            return Optional.of(job.getReason());
        }
        return job.getProgress().hasRetrying() && state() == ObservedState.RUNNING
                ? Optional.of(job.getProgress().getRetrying())
                : Optional.empty();
    }

    Optional<String> worker() {
        return job.getWorker().isEmpty() ? Optional.empty() : Optional.of(job.getWorker());
    }

    Optional<FullSyncProgress> fullSync() {
        return job.getProgress().hasFullSync() ? Optional.of(job.getProgress().getFullSync()) : Optional.empty();
    }

    /** The full sync while it is under way. */
    Optional<FullSyncProgress> fullSyncUnderWay() {
        return fullSync()
                .filter(sync -> sync.getFinishedMillis() == 0 && state() == ObservedState.RUNNING)
                .filter(sync -> lastPhase().filter(JobReading::readsTheSnapshot).isPresent());
    }

    private static boolean readsTheSnapshot(Phase phase) {
        return phase == Phase.TRANSFER || phase == Phase.LOAD;
    }

    /** How much of the dump's bytes is done. 100 only when it is finished, and never more. */
    static OptionalDouble percent(FullSyncProgress sync) {
        if (sync.getFinishedMillis() > 0) {
            return OptionalDouble.of(100);
        }
        if (sync.getBytesTotal() <= 0) {
            return OptionalDouble.empty();
        }
        double percent = 100.0 * sync.getBytesDone() / sync.getBytesTotal();
        // rounded down: 99.96 must not be read as 100.0
        return OptionalDouble.of(Math.floor(Math.max(0, Math.min(99.9, percent)) * 10) / 10);
    }

    /** All streams together; empty as soon as one of them does not know. */
    OptionalLong lagBytes() {
        if (streamless() || job.getProgress().getStreamsList().stream().anyMatch(s -> s.getLagBytes() < 0)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(job.getProgress().getStreamsList().stream()
                .mapToLong(StreamProgress::getLagBytes)
                .sum());
    }

    /** The stream that is furthest behind; empty as soon as one of them does not know. */
    OptionalDouble lagSeconds() {
        if (streamless() || job.getProgress().getStreamsList().stream().anyMatch(s -> s.getLagSeconds() < 0)) {
            return OptionalDouble.empty();
        }
        return job.getProgress().getStreamsList().stream()
                .mapToDouble(StreamProgress::getLagSeconds)
                .max();
    }

    private boolean streamless() {
        return job.getProgress().getStreamsCount() == 0;
    }

    boolean follows() {
        return phase().filter(phase -> phase == Phase.CATCH_UP || phase == Phase.TAIL)
                .isPresent();
    }

    Duration age(Instant now) {
        return Duration.between(Instant.ofEpochMilli(job.getCreatedMillis()), now);
    }

    /** How long a running job's worker has said nothing of it, if that is too long. */
    Optional<Duration> silence(Instant now) {
        if (state() != ObservedState.RUNNING || job.getProgressAtMillis() == 0) {
            return Optional.empty();
        }
        Duration silence = Duration.between(Instant.ofEpochMilli(job.getProgressAtMillis()), now);
        return silence.compareTo(STALE) > 0 ? Optional.of(silence) : Optional.empty();
    }

    /** Whether a person has to act. */
    boolean needsAttention() {
        return state() == ObservedState.BLOCKED || job.getErrorsOpen() > 0;
    }
}
