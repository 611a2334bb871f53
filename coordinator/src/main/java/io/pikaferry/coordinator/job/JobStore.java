package io.pikaferry.coordinator.job;

import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Optional;

/** Keeps jobs. Calls block; safe for use by many threads. */
public interface JobStore {

    /**
     * Adds a job.
     *
     * @throws io.pikaferry.error.FerryException with JOB_EXISTS if the name is taken
     */
    void create(MigrationJob job);

    Optional<Versioned<MigrationJob>> find(JobId id);

    /** All jobs, by name. */
    List<Versioned<MigrationJob>> all();

    /**
     * Writes {@code next} over the job that was read, if nobody wrote in between.
     *
     * @throws io.pikaferry.error.FerryException with CONCURRENT_UPDATE if somebody did
     */
    Versioned<MigrationJob> replace(Versioned<MigrationJob> read, MigrationJob next);

    /**
     * Removes the job that was read with all that is kept of it (checkpoint, events, errors, passwords), if nobody
     * wrote in between; remembers its epoch.
     *
     * @throws io.pikaferry.error.FerryException with CONCURRENT_UPDATE if somebody did
     */
    void remove(Versioned<MigrationJob> read);

    /** The epoch of the last removed job of that name; 0 if there was none. */
    long lastEpoch(JobId id);
}
