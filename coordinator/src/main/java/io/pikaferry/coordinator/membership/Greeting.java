package io.pikaferry.coordinator.membership;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.util.Map;

/**
 * How a worker introduces itself.
 *
 * @param incarnation new with every start of the process
 * @param held what it runs right now, with the epochs it runs it under
 */
public record Greeting(
        WorkerId worker,
        String incarnation,
        String host,
        int capacity,
        String version,
        Map<String, String> labels,
        Map<JobId, Long> held) {

    public Greeting {
        requireNonNull(worker, "worker is null");
        requireNonNull(host, "host is null");
        requireNonNull(version, "version is null");
        labels = Map.copyOf(labels);
        held = Map.copyOf(held);
        if (incarnation.isEmpty()) {
            throw new IllegalArgumentException("worker %s has no incarnation".formatted(worker));
        }
        if (capacity < 0) {
            throw new IllegalArgumentException("worker %s has a capacity of %d".formatted(worker, capacity));
        }
    }
}
