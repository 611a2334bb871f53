package io.pikaferry.e2e.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a cluster is to be. Each {@code with} returns a changed copy.
 *
 * @param zookeepers servers of the ensemble; 0: the one coordinator carries its own
 * @param coordinatorSettings keys of the coordinators' configuration file
 * @param workerSettings keys of the workers' configuration file
 * @param workerOptions flags of the workers' JVM, after those in our own environment
 * @param throughRelays whether workers reach each coordinator through a {@link Relay}
 */
public record ClusterPlan(
        Path directory,
        int coordinators,
        int workers,
        int zookeepers,
        Map<String, String> coordinatorSettings,
        Map<String, String> workerSettings,
        String workerOptions,
        boolean throughRelays) {

    /** All sources of all scenarios are on one host; they are not to wait for each other. */
    private static final Map<String, String> ALL_AT_ONCE = Map.of("full-syncs.per-source-host", "1000");

    public ClusterPlan {
        coordinatorSettings = Map.copyOf(coordinatorSettings);
        workerSettings = Map.copyOf(workerSettings);
        if (coordinators > 1 && zookeepers == 0) {
            throw new IllegalArgumentException("several coordinators need a ZooKeeper to share");
        }
    }

    /** Several coordinators share one ZooKeeper. */
    public static ClusterPlan of(Path directory, int coordinators, int workers) {
        return new ClusterPlan(
                directory, coordinators, workers, coordinators > 1 ? 1 : 0, ALL_AT_ONCE, Map.of(), "", false);
    }

    public ClusterPlan withZooKeepers(int servers) {
        return new ClusterPlan(
                directory,
                coordinators,
                workers,
                servers,
                coordinatorSettings,
                workerSettings,
                workerOptions,
                throughRelays);
    }

    /** How long a silent worker keeps its jobs, and one whose connection broke. */
    public ClusterPlan withLease(Duration lease, Duration grace) {
        return withCoordinatorSetting("worker.lease", lease.toMillis() + "ms")
                .withCoordinatorSetting("worker.grace", grace.toMillis() + "ms");
    }

    public ClusterPlan withCoordinatorSetting(String key, String value) {
        return new ClusterPlan(
                directory,
                coordinators,
                workers,
                zookeepers,
                with(coordinatorSettings, key, value),
                workerSettings,
                workerOptions,
                throughRelays);
    }

    public ClusterPlan withWorkerSetting(String key, String value) {
        return new ClusterPlan(
                directory,
                coordinators,
                workers,
                zookeepers,
                coordinatorSettings,
                with(workerSettings, key, value),
                workerOptions,
                throughRelays);
    }

    /** @param options flags of the JVM, as in PIKAFERRY_WORKER_OPTS */
    public ClusterPlan withWorkerOptions(String options) {
        return new ClusterPlan(
                directory,
                coordinators,
                workers,
                zookeepers,
                coordinatorSettings,
                workerSettings,
                options,
                throughRelays);
    }

    public ClusterPlan throughRelaysToCoordinators() {
        return new ClusterPlan(
                directory, coordinators, workers, zookeepers, coordinatorSettings, workerSettings, workerOptions, true);
    }

    public TestCluster start() {
        return TestCluster.start(this);
    }

    private static Map<String, String> with(Map<String, String> settings, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return more;
    }
}
