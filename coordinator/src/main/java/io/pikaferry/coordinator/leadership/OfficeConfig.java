package io.pikaferry.coordinator.leadership;

import java.time.Duration;

/**
 * How a leader works.
 *
 * @param lease how long a silent worker keeps its jobs
 * @param grace how long a worker whose connection broke keeps its jobs
 * @param balanceInterval how often, at least, leases and assignments are looked at
 * @param checkpointInterval how often, at most, a job's checkpoint is written
 * @param eventsKept per job
 * @param errorsKept per job
 * @param fullSyncsPerSourceHost how many jobs may take a snapshot of sources on one host at once
 */
public record OfficeConfig(
        Duration lease,
        Duration grace,
        Duration balanceInterval,
        Duration checkpointInterval,
        int eventsKept,
        int errorsKept,
        int fullSyncsPerSourceHost) {

    /** Workers beat once a second. */
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(1_500);

    public static final OfficeConfig DEFAULT = new OfficeConfig(
            Duration.ofSeconds(6), Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(1), 200, 1_000, 2);

    public OfficeConfig {
        within("worker.lease", lease, SHORTEST_LEASE, Duration.ofMinutes(10));
        within("worker.grace", grace, Duration.ZERO, lease);
        within("balance.interval", balanceInterval, Duration.ofMillis(10), lease);
        within("checkpoint.interval", checkpointInterval, Duration.ZERO, Duration.ofMinutes(1));
        within("events.kept", eventsKept, 1, 500);
        within("errors.kept", errorsKept, 1, 100_000);
        within("full-syncs.per-source-host", fullSyncsPerSourceHost, 1, 1_000);
    }

    private static <T extends Comparable<T>> void within(String key, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s must be %s to %s, got %s".formatted(key, text(least), text(most), text(value)));
        }
    }

    private static String text(Object value) {
        return value instanceof Duration duration ? duration.toMillis() + " ms" : value.toString();
    }
}
