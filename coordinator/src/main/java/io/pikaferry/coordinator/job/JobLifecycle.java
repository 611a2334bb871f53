package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.time.InstantSource;

/**
 * Runs events through the state machine and the store: read, decide, write; then says that something changed. Who
 * loses a race reads again and decides again. What a change asks of workers is not done here: {@code assignment}
 * derives it from what is stored.
 */
public final class JobLifecycle {

    private static final int ATTEMPTS = 20;

    private final JobStore jobs;
    private final Journal journal;
    private final InstantSource clock;
    private final Runnable changed;

    public JobLifecycle(JobStore jobs, Journal journal, InstantSource clock, Runnable changed) {
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.journal = requireNonNull(journal, "journal is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.changed = requireNonNull(changed, "changed is null");
    }

    /**
     * The job after the event.
     *
     * @param actor for the journal: operator, coordinator c1, worker w1
     * @throws FerryException with JOB_NOT_FOUND, ILLEGAL_TRANSITION or STALE_EPOCH
     */
    public MigrationJob handle(JobId id, JobEvent event, String actor) {
        for (int attempt = 1; ; attempt++) {
            Versioned<MigrationJob> read = find(id);
            MigrationJob next = JobStateMachine.apply(read.value(), event, clock.instant());
            if (next.equals(read.value())) {
                return next;
            }
            try {
                jobs.replace(read, next);
            } catch (FerryException e) {
                if (e.code() == ErrorCode.CONCURRENT_UPDATE && attempt < ATTEMPTS) {
                    continue;
                }
                throw e;
            }
            Chronicle.line(read.value(), event, next, clock.instant(), actor).ifPresent(line -> journal.note(id, line));
            changed.run();
            return next;
        }
    }

    /**
     * The job as it is stored.
     *
     * @throws FerryException with JOB_NOT_FOUND
     */
    public Versioned<MigrationJob> find(JobId id) {
        return jobs.find(id)
                .orElseThrow(() -> new FerryException(ErrorCode.JOB_NOT_FOUND, "there is no job named " + id));
    }

    /**
     * Removes a job that no worker holds.
     *
     * @throws FerryException with JOB_NOT_FOUND, or ILLEGAL_TRANSITION while it is RUNNING
     */
    public void delete(JobId id) {
        for (int attempt = 1; ; attempt++) {
            Versioned<MigrationJob> read = find(id);
            if (read.value().observed() == JobState.RUNNING) {
                throw new FerryException(
                        ErrorCode.ILLEGAL_TRANSITION,
                        "job %s is RUNNING and cannot be deleted; pause or stop it first".formatted(id));
            }
            try {
                jobs.remove(read);
            } catch (FerryException e) {
                if (e.code() == ErrorCode.CONCURRENT_UPDATE && attempt < ATTEMPTS) {
                    continue;
                }
                throw e;
            }
            changed.run();
            return;
        }
    }
}
