package io.pikaferry.coordinator.checkpoint;

import io.pikaferry.coordinator.job.InMemoryJobStore;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.model.JobId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A fake; {@link CheckpointStoreContract} keeps it honest. */
public final class InMemoryCheckpointStore implements CheckpointStore {

    private final InMemoryJobStore jobs;
    private final Map<JobId, KeptCheckpoint> checkpoints = new ConcurrentHashMap<>();

    public InMemoryCheckpointStore(InMemoryJobStore jobs) {
        this.jobs = jobs;
    }

    @Override
    public Optional<KeptCheckpoint> find(JobId job) {
        return jobs.find(job).isPresent() ? Optional.ofNullable(checkpoints.get(job)) : Optional.empty();
    }

    @Override
    public void put(Versioned<MigrationJob> job, KeptCheckpoint checkpoint) {
        jobs.requireUnchanged(job);
        checkpoints.put(job.value().id(), checkpoint);
    }

    @Override
    public void forget(Versioned<MigrationJob> job) {
        jobs.requireUnchanged(job);
        checkpoints.remove(job.value().id());
    }
}
