package io.pikaferry.coordinator.assignment;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.model.JobId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which jobs may take a snapshot now: of the sources on one host at most so many at once, wherever their workers are.
 *
 * <p>Nothing of it is stored. Each report of a worker says whether the job wants a slot or holds one; a job that no report has
 * told of in this term may hold one and counts as if it did. So a new leader never gives more than there are, and what a lost
 * worker held is free as soon as its jobs are not its any more. A grant counts from when it is decided, since it may be acted on
 * before the next report.
 *
 * <p>Safe for use by many threads.
 */
public final class FullSyncSlots {

    /** How a job stands to the slots, as its worker says. */
    public enum Use {
        NONE,
        WANTED,
        HELD
    }

    private record Told(long epoch, Use use) {}

    private final int perHost;

    // All guarded by this.
    private final Map<JobId, Told> told = new HashMap<>();
    private final Map<JobId, Long> granted = new HashMap<>(); // under which epoch
    private final Map<JobId, String> waiting = new HashMap<>();

    /** @param perHost how many may take a snapshot of a source on one host at once */
    public FullSyncSlots(int perHost) {
        if (perHost < 1) {
            throw new IllegalArgumentException("at least one full sync must be possible, got " + perHost);
        }
        this.perHost = perHost;
    }

    /** A worker's report of a job that is its own under that epoch. @return whether that changes anything */
    public synchronized boolean told(JobId job, long epoch, Use use) {
        requireNonNull(use, "use is null");
        Told now = new Told(epoch, use);
        boolean changed = !now.equals(told.put(job, now));
        if (use == Use.NONE) {
            granted.remove(job);
        }
        if (use != Use.WANTED) {
            waiting.remove(job);
        }
        return changed;
    }

    /** Why a job has to wait, as of the last {@link #grant}. */
    public synchronized Optional<String> whyWaiting(JobId job) {
        return Optional.ofNullable(waiting.get(job));
    }

    /** Those that may take a snapshot and do not seem to know it yet. */
    synchronized List<MigrationJob> grant(Collection<MigrationJob> jobs) {
        Set<JobId> known = jobs.stream().map(MigrationJob::id).collect(Collectors.toCollection(HashSet::new));
        told.keySet().retainAll(known);
        granted.keySet().retainAll(known);
        waiting.clear();
        Map<String, Integer> inUse = new HashMap<>();
        List<MigrationJob> candidates = new ArrayList<>();
        List<MigrationJob> toTell = new ArrayList<>();
        for (MigrationJob job : jobs) {
            if (job.observed() != JobState.RUNNING) {
                continue;
            }
            boolean wants = use(job).equals(Optional.of(Use.WANTED));
            if (wants && !isGranted(job)) {
                candidates.add(job);
            } else if (!use(job).equals(Optional.of(Use.NONE))) {
                inUse.merge(host(job), 1, Integer::sum);
                if (wants) {
                    toTell.add(job); // the grant may have been lost
                }
            }
        }
        candidates.sort(Comparator.comparing(MigrationJob::since)
                .thenComparing(job -> job.id().value()));
        for (MigrationJob job : candidates) {
            int used = inUse.getOrDefault(host(job), 0);
            if (used < perHost) {
                granted.put(job.id(), job.epoch());
                inUse.merge(host(job), 1, Integer::sum);
                toTell.add(job);
            } else {
                waiting.put(
                        job.id(),
                        "waiting for a full-sync slot: %d of %d in use at %s".formatted(used, perHost, host(job)));
            }
        }
        return toTell;
    }

    /** Empty: nothing was told of it yet. */
    private Optional<Use> use(MigrationJob job) {
        return Optional.ofNullable(told.get(job.id()))
                .filter(last -> last.epoch() == job.epoch())
                .map(Told::use);
    }

    private boolean isGranted(MigrationJob job) {
        return Long.valueOf(job.epoch()).equals(granted.get(job.id()));
    }

    private static String host(MigrationJob job) {
        return job.spec().source().host();
    }
}
