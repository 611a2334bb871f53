package io.pikaferry.worker.master;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import java.time.Duration;
import java.util.Optional;

/**
 * A master's binlogs as they grow: each stream in order, without gaps; items of different streams interleaved.
 *
 * <p>Threads: one thread calls {@link #next}; {@link #confirm} and {@link #close} may be called from any.
 */
public interface ReplicationSession extends AutoCloseable {

    /**
     * The next item of any stream; empty if none came within the wait.
     *
     * @throws io.pikaferry.error.FerryException if the conversation ended or went wrong: SOURCE_UNREACHABLE,
     *     BINLOG_GAP, BINLOG_CORRUPT … Items received whole before the end are delivered first.
     */
    Optional<BinlogItem> next(Duration wait) throws InterruptedException;

    /**
     * The target has confirmed every item of the stream up to and including the one that ends at the position. Masters
     * that take acknowledgements get them from here and only from here, so they keep their binlog for us.
     */
    void confirm(StreamId stream, BinlogPosition end);

    /** Breaks a waiting {@link #next}. Safe from any thread, and twice. */
    @Override
    void close();
}
