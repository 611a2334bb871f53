package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads from memory, writes through. Right because a leader is the only one who writes during its term: a later
 * leader's writes make ours fail.
 *
 * <p>Failure: a write that fails may have happened nevertheless (the connection was lost before the answer), so the
 * job is read again before the failure is passed on.
 */
public final class CachedJobStore implements JobStore {

    private final JobStore store;
    private final Map<JobId, Versioned<MigrationJob>> known = new ConcurrentHashMap<>();
    private final Object[] locks = new Object[64]; // a job's writes and what is known of it change together

    public CachedJobStore(JobStore store) {
        this.store = requireNonNull(store, "store is null");
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new Object();
        }
        store.all().forEach(job -> known.put(job.value().id(), job));
    }

    @Override
    public void create(MigrationJob job) {
        synchronized (lock(job.id())) {
            try {
                store.create(job);
            } finally {
                readAgain(job.id());
            }
        }
    }

    @Override
    public Optional<Versioned<MigrationJob>> find(JobId id) {
        return Optional.ofNullable(known.get(id));
    }

    @Override
    public List<Versioned<MigrationJob>> all() {
        return known.values().stream()
                .sorted(Comparator.comparing(job -> job.value().id().value()))
                .toList();
    }

    @Override
    public Versioned<MigrationJob> replace(Versioned<MigrationJob> read, MigrationJob next) {
        synchronized (lock(next.id())) {
            try {
                Versioned<MigrationJob> written = store.replace(read, next);
                known.put(next.id(), written);
                return written;
            } catch (RuntimeException e) {
                readAgain(next.id());
                throw e;
            }
        }
    }

    @Override
    public void remove(Versioned<MigrationJob> read) {
        JobId id = read.value().id();
        synchronized (lock(id)) {
            try {
                store.remove(read);
                known.remove(id);
            } catch (RuntimeException e) {
                readAgain(id);
                throw e;
            }
        }
    }

    @Override
    public long lastEpoch(JobId id) {
        return store.lastEpoch(id);
    }

    private void readAgain(JobId id) {
        store.find(id).ifPresentOrElse(job -> known.put(id, job), () -> known.remove(id));
    }

    private Object lock(JobId id) {
        return locks[Math.floorMod(id.hashCode(), locks.length)];
    }
}
