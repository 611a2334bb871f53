package io.pikaferry.worker;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What can be tuned in a worker, from its configuration file ({@code key: value} lines; deploy/dist/conf/worker.properties
 * shows each key with its default). An unknown key is an error, so that a typo is found at start.
 *
 * @param capacity how many jobs at once
 * @param batchCommands in one transaction at most
 * @param batchBytes in one transaction at most, unless one command is larger
 * @param jobBytes of commands on their way, per job, at most (P8)
 * @param snapshotThreads that read a dump, per job
 * @param targetConnectTimeout for one connection to a target
 * @param targetReplyTimeout for one answer of a target
 */
record WorkerConfig(
        int capacity,
        int batchCommands,
        int batchBytes,
        int jobBytes,
        int snapshotThreads,
        Duration targetConnectTimeout,
        Duration targetReplyTimeout) {

    private static final String CAPACITY = "capacity";
    private static final String BATCH_COMMANDS = "sender.batch-commands";
    private static final String BATCH_BYTES = "sender.batch-bytes";
    private static final String JOB_BYTES = "sender.job-bytes";
    private static final String SNAPSHOT_THREADS = "snapshot.threads";
    private static final String CONNECT_TIMEOUT = "target.connect-timeout-seconds";
    private static final String REPLY_TIMEOUT = "target.reply-timeout-seconds";

    static final WorkerConfig DEFAULTS = new WorkerConfig(
            100,
            512,
            1 << 20,
            16 << 20,
            Math.min(4, Runtime.getRuntime().availableProcessors()),
            Duration.ofSeconds(3),
            Duration.ofSeconds(15));

    WorkerConfig {
        positive(CAPACITY, capacity);
        positive(BATCH_COMMANDS, batchCommands);
        positive(BATCH_BYTES, batchBytes);
        positive(JOB_BYTES, jobBytes);
        positive(SNAPSHOT_THREADS, snapshotThreads);
        positive(
                CONNECT_TIMEOUT,
                requireNonNull(targetConnectTimeout, "targetConnectTimeout is null")
                        .toMillis());
        positive(
                REPLY_TIMEOUT,
                requireNonNull(targetReplyTimeout, "targetReplyTimeout is null").toMillis());
    }

    private static void positive(String key, long value) {
        if (value < 1) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, key + " must be positive, got " + value);
        }
    }

    static WorkerConfig read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "cannot read configuration file " + file, e);
        }
        Map<String, String> values = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> values.put(key, properties.getProperty(key).trim()));
        return from(values);
    }

    static WorkerConfig from(Map<String, String> values) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put(CAPACITY, DEFAULTS.capacity);
        numbers.put(BATCH_COMMANDS, DEFAULTS.batchCommands);
        numbers.put(BATCH_BYTES, DEFAULTS.batchBytes);
        numbers.put(JOB_BYTES, DEFAULTS.jobBytes);
        numbers.put(SNAPSHOT_THREADS, DEFAULTS.snapshotThreads);
        numbers.put(CONNECT_TIMEOUT, (int) DEFAULTS.targetConnectTimeout.toSeconds());
        numbers.put(REPLY_TIMEOUT, (int) DEFAULTS.targetReplyTimeout.toSeconds());
        values.forEach((key, value) -> {
            if (!numbers.containsKey(key)) {
                throw new FerryException(
                        ErrorCode.UNKNOWN_CONFIG_KEY,
                        "unknown configuration key '%s'; did you mean '%s'?"
                                .formatted(key, nearest(key, numbers.keySet())));
            }
            try {
                numbers.put(key, Integer.parseInt(value));
            } catch (NumberFormatException e) {
                throw new FerryException(
                        ErrorCode.INVALID_ARGUMENT, "%s must be a whole number, got '%s'".formatted(key, value), e);
            }
        });
        return new WorkerConfig(
                numbers.get(CAPACITY),
                numbers.get(BATCH_COMMANDS),
                numbers.get(BATCH_BYTES),
                numbers.get(JOB_BYTES),
                numbers.get(SNAPSHOT_THREADS),
                Duration.ofSeconds(numbers.get(CONNECT_TIMEOUT)),
                Duration.ofSeconds(numbers.get(REPLY_TIMEOUT)));
    }

    /** The known key with the fewest letters to change. */
    private static String nearest(String key, Iterable<String> known) {
        String best = "";
        int fewest = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(key, candidate);
            if (distance < fewest) {
                fewest = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
