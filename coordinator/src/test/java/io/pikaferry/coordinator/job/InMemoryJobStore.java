package io.pikaferry.coordinator.job;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The fake all coordinator tests use; {@link JobStoreContract} keeps it honest. */
public final class InMemoryJobStore implements JobStore {

    private final Map<String, Versioned<MigrationJob>> jobs = new TreeMap<>(); // both: guarded by this
    private final Map<JobId, Long> lastEpochs = new HashMap<>();

    @Override
    public synchronized void create(MigrationJob job) {
        if (jobs.putIfAbsent(job.id().value(), new Versioned<>(job, 0)) != null) {
            throw new FerryException(ErrorCode.JOB_EXISTS, "job " + job.id() + " exists");
        }
    }

    @Override
    public synchronized Optional<Versioned<MigrationJob>> find(JobId id) {
        return Optional.ofNullable(jobs.get(id.value()));
    }

    @Override
    public synchronized List<Versioned<MigrationJob>> all() {
        return List.copyOf(jobs.values());
    }

    @Override
    public synchronized Versioned<MigrationJob> replace(Versioned<MigrationJob> read, MigrationJob next) {
        requireUnchanged(read);
        Versioned<MigrationJob> written = new Versioned<>(next, read.version() + 1);
        jobs.put(next.id().value(), written);
        return written;
    }

    @Override
    public synchronized void remove(Versioned<MigrationJob> read) {
        requireUnchanged(read);
        jobs.remove(read.value().id().value());
        lastEpochs.put(read.value().id(), read.value().epoch());
    }

    /** For the other fakes, whose writes depend on the job being as it was read. */
    public synchronized void requireUnchanged(Versioned<MigrationJob> read) {
        JobId id = read.value().id();
        if (find(id).filter(job -> job.version() == read.version()).isEmpty()) {
            throw new FerryException(ErrorCode.CONCURRENT_UPDATE, "job " + id + " changed");
        }
    }

    @Override
    public synchronized long lastEpoch(JobId id) {
        return lastEpochs.getOrDefault(id, 0L);
    }
}
