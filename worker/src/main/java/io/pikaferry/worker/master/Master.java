package io.pikaferry.worker.master;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One Pika master that takes us for its slave. There is an implementation per generation; which one is found out by
 * asking the master ({@link Masters#dial}).
 *
 * <p>Threads: used by one thread, but for {@link #close}. What keeps the conversation alive (heartbeats, zero-acks)
 * runs in threads of the implementation.
 *
 * <p>Failure: nothing reconnects. Every method throws a coded {@link io.pikaferry.error.FerryException}; its owner
 * closes everything and dials again from the marks in the target, so there is one road to recovery and it is taken
 * every time.
 */
public interface Master extends AutoCloseable {

    /** What the master said of itself when it was dialled. */
    SourceInfo info();

    /**
     * Has the master make a dump (or send the one it has, where its rules say so) and receives all of it.
     *
     * @param directory where to put it; emptied first
     * @throws io.pikaferry.error.FerryException SNAPSHOT_TIMEOUT, SNAPSHOT_INCOMPLETE, SOURCE_UNREACHABLE, DISK_FULL …
     */
    ReceivedSnapshot takeSnapshot(Path directory, TransferProgress progress) throws InterruptedException;

    /**
     * Begins to follow the binlog. From this call on, what arrives is kept (in a bounded buffer, on disk, or by the
     * master itself) until {@link ReplicationSession#next} takes it; so it may be called before a long load.
     *
     * @param from of every stream the end of the last item already applied; an item ending there is not delivered again
     * @throws io.pikaferry.error.FerryException BINLOG_PURGED if a position is gone, SOURCE_WENT_BACK if it lies beyond
     *     the master's end, SOURCE_BUSY if the master still holds an older session of ours
     */
    ReplicationSession follow(Map<StreamId, BinlogPosition> from) throws InterruptedException;

    /** Where each stream of the master ends right now, by asking its client port. */
    Map<StreamId, BinlogPosition> producerPositions();

    /** One of the master's settings (CONFIG GET); empty if it has none of that name, or does not say. */
    default Optional<String> setting(String name) {
        return Optional.empty();
    }

    /** Ends the conversation, so that the master forgets us as soon as it can. Safe from any thread, and twice. */
    @Override
    void close();
}
