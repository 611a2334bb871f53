package io.pikaferry.coordinator.membership;

import io.pikaferry.model.WorkerId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A fake; {@link WorkerStoreContract} keeps it honest. */
public final class InMemoryWorkerStore implements WorkerStore {

    private final Map<String, KnownWorker> workers = new TreeMap<>();

    @Override
    public synchronized List<KnownWorker> all() {
        return List.copyOf(workers.values());
    }

    @Override
    public synchronized void put(KnownWorker worker) {
        workers.put(worker.id().value(), worker);
    }

    @Override
    public synchronized void remove(WorkerId id) {
        workers.remove(id.value());
    }
}
