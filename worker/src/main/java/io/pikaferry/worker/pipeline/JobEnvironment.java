package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.threads.Threads;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Where a worker's jobs live.
 *
 * @param dataDir where each job has a directory of its own for its snapshot and its spool
 */
public record JobEnvironment(Path dataDir, Clock clock, Threads threads) {

    public JobEnvironment {
        requireNonNull(dataDir, "dataDir is null");
        requireNonNull(clock, "clock is null");
        requireNonNull(threads, "threads is null");
    }
}
