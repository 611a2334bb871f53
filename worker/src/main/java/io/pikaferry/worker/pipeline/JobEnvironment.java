package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Clock;

/**
 * Where a worker's jobs live.
 *
 * @param dataDir where each job has a directory of its own for its snapshot and its spool
 */
public record JobEnvironment(Path dataDir, Clock clock) {

    public JobEnvironment {
        requireNonNull(dataDir, "dataDir is null");
        requireNonNull(clock, "clock is null");
    }
}
