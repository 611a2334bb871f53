package io.pikaferry.coordinator.checkpoint;

import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.model.JobId;
import java.util.Optional;

/** Keeps the last checkpoint of each job. Calls block; safe for use by many threads. */
public interface CheckpointStore {

    Optional<KeptCheckpoint> find(JobId job);

    /**
     * Keeps the checkpoint, if the job is still as it was read: what was true of its holder is true when it is written.
     *
     * @throws io.pikaferry.error.FerryException with CONCURRENT_UPDATE if the job has changed
     */
    void put(Versioned<MigrationJob> job, KeptCheckpoint checkpoint);

    /**
     * Drops the checkpoint, if the job is still as it was read.
     *
     * @throws io.pikaferry.error.FerryException with CONCURRENT_UPDATE if the job has changed
     */
    void forget(Versioned<MigrationJob> job);
}
