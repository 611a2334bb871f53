package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.pace.Limits;
import java.util.List;
import java.util.Optional;

/**
 * What a job is doing, at one moment.
 *
 * @param retrying what it waits for or tries again; empty: it is getting on
 * @param retryingSinceMillis meaningless while retrying is empty
 * @param heldExpiries keys whose expiry is held back until the stream has passed it
 * @param dirtyKeys keys that have to be read again from the source
 * @param keysRepaired keys that have been, and were made equal
 * @param limits the operator's, as they are in force
 * @param rateLimited whether the operator's limits are what it waits for
 * @param throttled why the worker has slowed it down by itself
 * @param snapshotTurn whether it waits for its turn to take a snapshot, or has it
 * @param rewound whether the target turned out to have lost what it had confirmed before
 */
public record JobStatus(
        Phase phase,
        Optional<FerryException> retrying,
        long retryingSinceMillis,
        Optional<FullSyncStatus> fullSync,
        List<StreamStatus> streams,
        long commandsApplied,
        double commandsPerSecond,
        String sourceVersion,
        String sourceGeneration,
        Optional<String> sourceIdentity,
        boolean rewound,
        long heldExpiries,
        long dirtyKeys,
        long keysRepaired,
        Limits limits,
        boolean rateLimited,
        Optional<String> throttled,
        SnapshotTurn.State snapshotTurn) {

    /** What a running job is doing. */
    public enum Phase {
        PRECHECK,
        HANDSHAKE,
        WAITING_DUMP,
        TRANSFER,
        LOAD,
        CATCH_UP,
        TAIL
    }

    /**
     * @param bytesTotal 0: not known yet
     * @param finishedMillis 0: not finished
     */
    public record FullSyncStatus(
            long keysLoaded,
            long elementsLoaded,
            long bytesDone,
            long bytesTotal,
            double keysPerSecond,
            long keysSkipped,
            long secondsLeft,
            long finishedMillis) {}

    /**
     * @param confirmed everything up to here is confirmed by the target
     * @param source where the master's binlog ends, as last known
     * @param lagBytes negative: not known
     * @param lagSeconds negative: not known
     * @param retention empty: the source does not say
     */
    public record StreamStatus(
            StreamId stream,
            BinlogPosition confirmed,
            Optional<BinlogPosition> source,
            long lagBytes,
            double lagSeconds,
            Optional<Retention> retention) {}

    public JobStatus {
        requireNonNull(phase, "phase is null");
        requireNonNull(retrying, "retrying is null");
        requireNonNull(fullSync, "fullSync is null");
        streams = List.copyOf(streams);
        requireNonNull(sourceVersion, "sourceVersion is null");
        requireNonNull(sourceGeneration, "sourceGeneration is null");
        requireNonNull(sourceIdentity, "sourceIdentity is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(throttled, "throttled is null");
        requireNonNull(snapshotTurn, "snapshotTurn is null");
    }
}
