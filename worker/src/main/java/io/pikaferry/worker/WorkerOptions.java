package io.pikaferry.worker;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Endpoint;
import io.pikaferry.model.WorkerId;
import io.pikaferry.worker.master.PortRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a worker is told on its command line.
 *
 * @param advertise the address masters know this machine by, and dial
 * @param ports port bases for the jobs' fake slaves
 */
record WorkerOptions(
        WorkerId id,
        List<Endpoint> coordinators,
        Path dataDir,
        String advertise,
        PortRange ports,
        Map<String, String> labels,
        WorkerConfig config) {

    WorkerOptions {
        requireNonNull(id, "id is null");
        coordinators = List.copyOf(coordinators);
        requireNonNull(dataDir, "dataDir is null");
        requireNonNull(advertise, "advertise is null");
        requireNonNull(ports, "ports is null");
        labels = Map.copyOf(labels);
        requireNonNull(config, "config is null");
    }
}
