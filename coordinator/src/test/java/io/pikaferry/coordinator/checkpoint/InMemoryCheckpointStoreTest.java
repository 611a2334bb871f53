package io.pikaferry.coordinator.checkpoint;

import io.pikaferry.coordinator.job.InMemoryJobStore;
import io.pikaferry.coordinator.job.JobStore;

class InMemoryCheckpointStoreTest extends CheckpointStoreContract {

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final CheckpointStore store = new InMemoryCheckpointStore(jobs);

    @Override
    protected JobStore jobs() {
        return jobs;
    }

    @Override
    protected CheckpointStore store() {
        return store;
    }
}
