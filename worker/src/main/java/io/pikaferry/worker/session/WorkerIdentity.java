package io.pikaferry.worker.session;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Endpoint;
import io.pikaferry.model.WorkerId;
import java.util.List;
import java.util.Map;

/**
 * Who this worker is to the coordinators.
 *
 * @param incarnation new with every start of the process
 * @param host as masters and operators know this machine
 * @param capacity how many jobs at once
 */
public record WorkerIdentity(
        WorkerId id,
        String incarnation,
        String host,
        int capacity,
        String version,
        Map<String, String> labels,
        List<Endpoint> coordinators) {

    public WorkerIdentity {
        requireNonNull(id, "id is null");
        requireNonNull(incarnation, "incarnation is null");
        requireNonNull(host, "host is null");
        requireNonNull(version, "version is null");
        labels = Map.copyOf(labels);
        coordinators = List.copyOf(coordinators);
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be positive, got " + capacity);
        }
        if (coordinators.isEmpty()) {
            throw new IllegalArgumentException("at least one coordinator address is needed");
        }
    }
}
