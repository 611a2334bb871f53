package io.pikaferry.coordinator.membership;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.WorkerId;
import java.time.Instant;
import java.util.Map;

/**
 * What is kept of a worker; outlives its sessions and the leader, so that a cordon does.
 *
 * @param host as advertised to masters
 * @param capacity how many jobs at once
 * @param cordoned gets no new jobs
 * @param draining cordoned, and its jobs are moved away
 * @param gone lost, or left by itself: a new leader does not wait for it
 */
public record KnownWorker(
        WorkerId id,
        String host,
        int capacity,
        String version,
        Map<String, String> labels,
        boolean cordoned,
        boolean draining,
        Instant lastSeen,
        boolean gone) {

    public KnownWorker {
        requireNonNull(id, "id is null");
        requireNonNull(host, "host is null");
        requireNonNull(version, "version is null");
        requireNonNull(lastSeen, "lastSeen is null");
        labels = Map.copyOf(labels);
        if (capacity < 0) {
            throw new IllegalArgumentException("worker %s has a capacity of %d".formatted(id, capacity));
        }
        if (draining && !cordoned) {
            throw new IllegalArgumentException("worker %s is draining but not cordoned".formatted(id));
        }
    }

    KnownWorker cordoned(boolean cordoned, boolean draining) {
        return new KnownWorker(id, host, capacity, version, labels, cordoned, draining, lastSeen, gone);
    }

    /** This, not gone. */
    public KnownWorker returned() {
        return seen(lastSeen, false);
    }

    KnownWorker seen(Instant at, boolean gone) {
        return new KnownWorker(id, host, capacity, version, labels, cordoned, draining, at, gone);
    }
}
