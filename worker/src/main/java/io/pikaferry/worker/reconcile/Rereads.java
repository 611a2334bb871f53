package io.pikaferry.worker.reconcile;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.sender.DirtyKey;
import io.pikaferry.worker.sender.SenderPool;
import io.pikaferry.worker.sender.SourceCopy;
import io.pikaferry.worker.sender.StreamFeed;
import io.pikaferry.worker.threads.Threads;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads dirty keys from the source, one after the other, and offers what it found to the stream's feed. A key that keeps
 * changing while it is read is read again, a bounded number of times.
 *
 * <p>Threads: one of its own.
 */
public final class Rereads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Rereads.class);
    private static final Duration LOOK_AROUND = Duration.ofSeconds(1);
    private static final int MAX_READS = 40;

    /** A write that was executed is logged after that time at the latest (3.2 – 3.5.4 log after releasing the lock). */
    private static final long LOGGED_AFTER_MILLIS = 5;

    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final SenderPool pool;
    private final StreamFeed feed;
    private final KeyReader reader;
    private final Supplier<Map<StreamId, BinlogPosition>> ends;
    private final CountDownLatch closed;
    private final Thread thread;

    /** @param ends where the source's binlogs end right now */
    public Rereads(
            Threads threads,
            String name,
            SenderPool pool,
            StreamFeed feed,
            KeyReader reader,
            Supplier<Map<StreamId, BinlogPosition>> ends) {
        this.pool = requireNonNull(pool, "pool is null");
        this.feed = requireNonNull(feed, "feed is null");
        this.reader = requireNonNull(reader, "reader is null");
        this.ends = requireNonNull(ends, "ends is null");
        this.closed = threads.latch(1);
        this.thread = threads.thread(name + "-reread", this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Optional<DirtyKey> dirty = pool.nextDirty(LOOK_AROUND);
                if (dirty.isPresent()) {
                    read(dirty.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void read(DirtyKey dirty) throws InterruptedException {
        int reads = dirty.read();
        if (reads > MAX_READS) {
            LOG.atWarn().log("{} keeps changing; it goes to the ledger", dirty);
            feed.giveUp(dirty);
            return;
        }
        if (reads > 1) {
            pause(Math.min(LONGEST_PAUSE_MILLIS, 5L * reads * reads));
        }
        try {
            BinlogPosition before = end(dirty.stream());
            KeyReader.Found found = reader.read(dirty.stream().db(), dirty.key());
            pause(LOGGED_AFTER_MILLIS);
            BinlogPosition after = end(dirty.stream());
            feed.offer(new SourceCopy(dirty, before, after, found.writes(), found.expireAtMillis()));
        } catch (FerryException e) {
            LOG.atWarn().addKeyValue("error", e.code().id()).log("cannot read {}: {}", dirty, e.getMessage());
            if (e.code().blame() == ErrorCode.Blame.ENVIRONMENT) {
                pool.readLater(dirty);
            } else {
                feed.giveUp(dirty);
            }
        }
    }

    private void pause(long millis) throws InterruptedException {
        if (closed.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    private BinlogPosition end(StreamId stream) {
        BinlogPosition end = ends.get().get(stream);
        if (end == null) {
            throw new FerryException(ErrorCode.NOT_DETERMINISTIC, "the source does not say where " + stream + " ends");
        }
        return end;
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        reader.close();
    }
}
