package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.secret.Secrets;
import io.pikaferry.coordinator.secret.Secrets.Side;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Takes a job in, once: the same spec again is answered with the job as it is, so that a submit can be repeated
 * without a thought. Only passwords may change that way; a job that runs gets them at its next assignment.
 */
public final class JobSubmission {

    /**
     * The answer to a submit.
     *
     * @param created false if it was there already, with the same spec
     */
    public record Submitted(MigrationJob job, boolean created) {}

    private final JobStore jobs;
    private final JobLifecycle lifecycle;
    private final Secrets secrets;
    private final Journal journal;
    private final InstantSource clock;
    private final Runnable changed;

    public JobSubmission(
            JobStore jobs,
            JobLifecycle lifecycle,
            Secrets secrets,
            Journal journal,
            InstantSource clock,
            Runnable changed) {
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.lifecycle = requireNonNull(lifecycle, "lifecycle is null");
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.journal = requireNonNull(journal, "journal is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.changed = requireNonNull(changed, "changed is null");
    }

    /**
     * One at a time, so that a password never lands with a job that turns out to be another.
     *
     * @throws FerryException with JOB_EXISTS if there is a job of that name with another spec
     */
    public synchronized Submitted submit(
            JobSpec spec, Optional<Bytes> sourcePassword, Optional<Bytes> targetPassword, boolean paused) {
        Optional<Versioned<MigrationJob>> existing = jobs.find(spec.name());
        existing.flatMap(job -> job.value().spec().firstDifference(spec)).ifPresent(difference -> {
            throw new FerryException(
                    ErrorCode.JOB_EXISTS,
                    "job %s exists with another spec: its %s is %s, submitted was %s"
                            .formatted(spec.name(), difference.field(), difference.ours(), difference.theirs()));
        });
        sourcePassword.ifPresent(password -> secrets.keep(spec.name(), Side.SOURCE, password));
        targetPassword.ifPresent(password -> secrets.keep(spec.name(), Side.TARGET, password));
        if (existing.isPresent()) {
            return new Submitted(withPasswords(existing.get(), sourcePassword, targetPassword), false);
        }

        Instant at = clock.instant();
        MigrationJob job = MigrationJob.submitted(spec, paused, jobs.lastEpoch(spec.name()), at)
                .withPasswords(sourcePassword.isPresent(), targetPassword.isPresent());
        try {
            jobs.create(job);
        } catch (FerryException e) {
            if (e.code() == ErrorCode.JOB_EXISTS && jobs.find(spec.name()).isPresent()) {
                return submit(
                        spec, sourcePassword, targetPassword, paused); // an earlier submit had been stored after all
            }
            throw e;
        }
        journal.note(
                job.id(),
                new JournalEntry(
                        at,
                        "submitted",
                        "from %s to %s%s".formatted(spec.source(), spec.target(), paused ? ", paused" : ""),
                        job.epoch(),
                        Optional.empty(),
                        "operator"));
        changed.run();
        return new Submitted(job, true);
    }

    private MigrationJob withPasswords(
            Versioned<MigrationJob> job, Optional<Bytes> sourcePassword, Optional<Bytes> targetPassword) {
        if (sourcePassword.isEmpty() && targetPassword.isEmpty()) {
            return job.value();
        }
        journal.note(
                job.value().id(),
                new JournalEntry(
                        clock.instant(),
                        "password",
                        "new password for %s; used from the next assignment on"
                                .formatted(
                                        sourcePassword.isEmpty()
                                                ? "the target"
                                                : targetPassword.isEmpty() ? "the source" : "source and target"),
                        job.value().epoch(),
                        Optional.empty(),
                        "operator"));
        return lifecycle.handle(
                job.value().id(),
                new JobEvent.PasswordsGiven(sourcePassword.isPresent(), targetPassword.isPresent()),
                "operator");
    }
}
