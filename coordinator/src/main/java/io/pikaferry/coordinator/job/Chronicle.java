package io.pikaferry.coordinator.job;

import io.pikaferry.coordinator.job.JobEvent.Assigned;
import io.pikaferry.coordinator.job.JobEvent.Blocked;
import io.pikaferry.coordinator.job.JobEvent.Completed;
import io.pikaferry.coordinator.job.JobEvent.FullSyncBegun;
import io.pikaferry.coordinator.job.JobEvent.FullSyncRequested;
import io.pikaferry.coordinator.job.JobEvent.LimitsSet;
import io.pikaferry.coordinator.job.JobEvent.MoveRequested;
import io.pikaferry.coordinator.job.JobEvent.PauseRequested;
import io.pikaferry.coordinator.job.JobEvent.Released;
import io.pikaferry.coordinator.job.JobEvent.ResumeRequested;
import io.pikaferry.coordinator.job.JobEvent.StopRequested;
import io.pikaferry.coordinator.job.JobEvent.WorkerLost;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the journal says of an event that was taken. Of new passwords {@link JobSubmission} tells. */
final class Chronicle {

    private Chronicle() {}

    static Optional<JournalEntry> line(
            MigrationJob before, JobEvent event, MigrationJob after, Instant at, String actor) {
        if (event instanceof JobEvent.PasswordsGiven) {
            return Optional.empty();
        }
        Line line = describe(before, event, after, at);
        return Optional.of(new JournalEntry(
                at, line.kind(), line.message(), after.epoch(), after.worker().or(before::worker), actor));
    }

    private record Line(String kind, String message) {}

    private static Line describe(MigrationJob before, JobEvent event, MigrationJob after, Instant at) {
        String holder = before.worker().map(WorkerId::value).orElse("nobody");
        if (event instanceof Assigned assigned) {
            return new Line(
                    "assigned",
                    "assigned to %s as epoch %d after %d ms without a worker%s"
                            .formatted(
                                    assigned.holder().worker(),
                                    after.epoch(),
                                    Duration.between(before.since(), at).toMillis(),
                                    after.forceFullSync() ? "; full sync forced" : ""));
        }
        if (event instanceof WorkerLost lost) {
            return new Line("failover", "worker %s lost: %s; now %s".formatted(holder, lost.how(), after.observed()));
        }
        if (event instanceof Released) {
            return new Line("released", "worker %s has let go; now %s".formatted(holder, after.observed()));
        }
        if (event instanceof Blocked blocked) {
            return new Line(
                    "blocked",
                    blocked.reason().code().id() + ": " + blocked.reason().message());
        }
        if (event instanceof Completed) {
            return new Line("completed", "cut over");
        }
        if (event instanceof FullSyncBegun) {
            return new Line("full-sync", "checkpoint forgotten; worker %s is loading a new snapshot".formatted(holder));
        }
        if (event instanceof PauseRequested) {
            return new Line("paused", wish("pause", after));
        }
        if (event instanceof ResumeRequested) {
            return new Line("resumed", wish("resume", after));
        }
        if (event instanceof FullSyncRequested) {
            return new Line("resumed", wish("resume with a full sync", after));
        }
        if (event instanceof StopRequested) {
            return new Line("stopped", wish("stop", after));
        }
        if (event instanceof MoveRequested move) {
            return new Line(
                    "moved",
                    "to be moved from %s to %s"
                            .formatted(holder, move.to().map(WorkerId::value).orElse("anywhere else")));
        }
        if (event instanceof LimitsSet limits) {
            return new Line("limits", "from now on " + limits.words());
        }
        throw new IllegalStateException("no words for " + event);
    }

    private static String wish(String verb, MigrationJob after) {
        return "asked to %s; now %s%s"
                .formatted(
                        verb,
                        after.observed(),
                        after.observed() == JobState.RUNNING && after.desired() != DesiredState.RUN
                                ? ", letting go"
                                : "");
    }
}
