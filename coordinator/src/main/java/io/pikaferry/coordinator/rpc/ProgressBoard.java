package io.pikaferry.coordinator.rpc;

import io.pikaferry.model.JobId;
import io.pikaferry.proto.v1.JobProgress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The last progress each job's worker told of; in memory only, so a new leader's is empty. Safe for many threads. */
public final class ProgressBoard {

    record Told(long epoch, JobProgress progress, Instant at) {}

    private final Map<JobId, Told> board = new ConcurrentHashMap<>();

    /** A report of an earlier epoch never covers one of a later. */
    void put(JobId job, Told told) {
        board.merge(job, told, (before, now) -> now.epoch() < before.epoch() ? before : now);
    }

    Optional<Told> find(JobId job, long epoch) {
        return Optional.ofNullable(board.get(job)).filter(told -> told.epoch() == epoch);
    }

    void remove(JobId job) {
        board.remove(job);
    }
}
