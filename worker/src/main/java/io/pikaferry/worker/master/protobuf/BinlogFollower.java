package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The items of a master's streams between the thread that reads them and the one that applies them. Holds a bounded
 * number of bytes (P8): when it is full the reader waits, and so does the master.
 *
 * <p>Every item is confirmed here before it is acknowledged; so the master keeps what the target does not have yet, and
 * when nothing is confirmed for long, as during the load of a snapshot, it sends one batch and then waits
 * (replication.md §8.2).
 *
 * <p>Threads: the link's reader, one caller of {@link #next}; {@link #confirm} and {@link #close} from any.
 */
final class BinlogFollower implements ReplicationSession, MasterLink.ItemSink {

    /** What an item costs beside its content, roughly. */
    private static final int ITEM_COST = 100;

    private final MasterLink link;
    private final Map<StreamId, Partition> partitions;
    private final Map<StreamId, LogContinuity> logs; // the reader's
    private final long capacity;

    private final ArrayDeque<BinlogItem> queue = new ArrayDeque<>();
    private long queuedBytes;
    private FerryException failure; // after what is queued
    private boolean closed;

    /**
     * @param logs where each stream begins
     * @param capacity in bytes; one item is taken however large it is
     */
    BinlogFollower(
            MasterLink link, Map<StreamId, Partition> partitions, Map<StreamId, LogContinuity> logs, long capacity) {
        this.link = link;
        this.partitions = Map.copyOf(partitions);
        this.logs = Map.copyOf(logs);
        this.capacity = capacity;
    }

    @Override
    public void item(Partition partition, InnerResponse.BinlogSync message) throws InterruptedException {
        StreamId stream = partition.stream();
        BinlogPosition end = partition.position(message.getBinlogOffset());
        ByteString bytes = message.getBinlog();
        LoggedItem item = LoggedItem.parse(bytes, stream, end);
        logs.get(stream).accept(item.start(), bytes.size(), end);
        partition.window().received(end); // before it can be confirmed
        put(new BinlogItem(stream, end, item.executedAt(), item.contentOf(bytes)));
    }

    private synchronized void put(BinlogItem item) throws InterruptedException {
        int cost = cost(item);
        while (!closed && queuedBytes > 0 && queuedBytes + cost > capacity) {
            wait();
        }
        if (!closed) {
            queue.addLast(item);
            queuedBytes += cost;
            notifyAll();
        }
    }

    @Override
    public synchronized void ended(FerryException why) {
        if (failure == null) {
            failure = why;
            notifyAll();
        }
    }

    @Override
    public Optional<BinlogItem> next(Duration wait) throws InterruptedException {
        Optional<BinlogItem> item = take(wait);
        item.ifPresent(taken -> partitions.get(taken.stream()).window().delivered(taken.end()));
        return item;
    }

    private synchronized Optional<BinlogItem> take(Duration wait) throws InterruptedException {
        long until = System.nanoTime() + wait.toNanos();
        while (true) {
            if (closed) {
                throw new FerryException(ErrorCode.SOURCE_UNREACHABLE, "the replication session is closed");
            }
            BinlogItem item = queue.pollFirst();
            if (item != null) {
                queuedBytes -= cost(item);
                notifyAll();
                return Optional.of(item);
            }
            if (failure != null) {
                throw new FerryException(failure.code(), failure.getMessage(), failure);
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public void confirm(StreamId stream, BinlogPosition end) {
        Partition partition = partitions.get(stream);
        if (partition == null) {
            throw new IllegalArgumentException("stream " + stream + " is not followed");
        }
        partition.window().confirm(end);
        link.wakeKeeper();
    }

    /** The link lives on, without taking items, until its owner closes it. */
    @Override
    public synchronized void close() {
        closed = true;
        queue.clear();
        queuedBytes = 0;
        notifyAll();
    }

    private static int cost(BinlogItem item) {
        return item.content().length + ITEM_COST;
    }
}
