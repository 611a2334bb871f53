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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads dirty keys from the source, some at a time, and offers what it found to the stream's feed. A key that was changed
 * while it was read is read again, alone and after a pause that grows, until it is left alone for that long.
 *
 * <p>Threads: one of its own.
 */
public final class Rereads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Rereads.class);
    private static final Duration LOOK_AROUND = Duration.ofSeconds(1);
    private static final int READS_WORTH_A_WARNING = 40;
    private static final int AT_ONCE = 32;

    /** A write that was executed is logged after that time at the latest (3.2 – 3.5.4 log after releasing the lock). */
    private static final long LOGGED_AFTER_MILLIS = 5;

    private static final long LONGEST_PAUSE_MILLIS = 500;
    private static final long SOURCE_SILENT_MILLIS = 500;

    private final SenderPool pool;
    private final StreamFeed feed;
    private final KeyReader reader;
    private final Supplier<Map<StreamId, BinlogPosition>> ends;
    private final Threads threads;
    private final CountDownLatch closed;
    private final Thread thread;
    private final PriorityQueue<Again> again =
            new PriorityQueue<>(Comparator.comparingLong(Again::at)); // of the thread

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
        this.threads = requireNonNull(threads, "threads is null");
        this.closed = threads.latch(1);
        this.thread = threads.thread(name + "-reread", this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                List<DirtyKey> some = next();
                if (!some.isEmpty()) {
                    read(some);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Several at once share the two questions for the binlog's end; one that is read again is read alone, as quickly as can be. */
    private List<DirtyKey> next() throws InterruptedException {
        if (!again.isEmpty() && threads.nanos() - again.peek().at() >= 0) {
            return List.of(again.poll().dirty());
        }
        List<DirtyKey> some = new ArrayList<>();
        Optional<DirtyKey> dirty = pool.nextDirty(untilNextAgain());
        while (dirty.isPresent()) {
            if (dirty.get().read() > 1) {
                readAgainLater(dirty.get());
            } else {
                some.add(dirty.get());
            }
            dirty = some.size() < AT_ONCE ? pool.nextDirty(Duration.ZERO) : Optional.empty();
        }
        return some;
    }

    private Duration untilNextAgain() {
        if (again.isEmpty()) {
            return LOOK_AROUND;
        }
        Duration left = Duration.ofNanos(Math.max(0, again.peek().at() - threads.nanos()));
        return left.compareTo(LOOK_AROUND) < 0 ? left : LOOK_AROUND;
    }

    private void readAgainLater(DirtyKey dirty) {
        int reads = dirty.reads();
        if (reads == READS_WORTH_A_WARNING) {
            LOG.atWarn().log("{} was changed each of the {} times it was read again; it is tried on", dirty, reads);
        }
        long pause = Math.min(LONGEST_PAUSE_MILLIS, 5L * reads * reads);
        again.add(new Again(threads.nanos() + TimeUnit.MILLISECONDS.toNanos(pause), dirty));
    }

    private record Again(long at, DirtyKey dirty) {}

    private record Reading(DirtyKey dirty, BinlogPosition before, KeyReader.Found found, Optional<String> otherTypes) {}

    private void read(List<DirtyKey> some) throws InterruptedException {
        List<Reading> readings = new ArrayList<>();
        List<DirtyKey> left = new ArrayList<>(some);
        try {
            Map<StreamId, BinlogPosition> before = left.isEmpty() ? Map.of() : ends.get();
            while (!left.isEmpty()) {
                DirtyKey dirty = left.get(0);
                read(dirty, end(before, dirty)).ifPresent(readings::add);
                left.remove(0);
            }
            if (!readings.isEmpty()) {
                pause(LOGGED_AFTER_MILLIS);
                Map<StreamId, BinlogPosition> after = ends.get();
                for (Reading reading : readings) {
                    feed.offer(new SourceCopy(
                            reading.dirty(),
                            reading.before(),
                            end(after, reading.dirty()),
                            reading.found().writes(),
                            reading.found().expireAtMillis(),
                            reading.otherTypes()));
                }
            }
        } catch (FerryException e) {
            // The source does not answer: nothing that was read counts.
            LOG.atDebug().addKeyValue("error", e.code().id()).log("cannot read dirty keys: {}", e.getMessage());
            readings.forEach(reading -> left.add(reading.dirty()));
            pause(SOURCE_SILENT_MILLIS);
            left.forEach(dirty -> {
                dirty.notRead();
                pool.readLater(dirty);
            });
        }
    }

    /** Empty: it cannot be read, or not just now. */
    private Optional<Reading> read(DirtyKey dirty, BinlogPosition before) {
        try {
            int db = dirty.stream().db();
            Optional<KeyReader.Found> found = reader.read(db, dirty.key());
            if (found.isEmpty()) {
                dirty.read();
                readAgainLater(dirty);
                return Optional.empty();
            }
            Optional<String> others = mayBeConflict(dirty) ? reader.otherTypes(db, dirty.key()) : Optional.empty();
            return Optional.of(new Reading(dirty, before, found.get(), others));
        } catch (FerryException e) {
            if (e.code() == ErrorCode.SOURCE_UNREACHABLE) {
                throw e;
            }
            LOG.atWarn().addKeyValue("error", e.code().id()).log("cannot read {}: {}", dirty, e.getMessage());
            if (e.code().blame() == ErrorCode.Blame.ENVIRONMENT) {
                pool.readLater(dirty);
            } else {
                feed.giveUp(dirty, "; " + e.getMessage());
            }
            return Optional.empty();
        }
    }

    private void pause(long millis) throws InterruptedException {
        if (closed.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    /** What the target refused for a key may have been meant for another of the types the source has under its name. */
    private static boolean mayBeConflict(DirtyKey dirty) {
        return dirty.code() == ErrorCode.TARGET_REJECTED_COMMAND || dirty.code() == ErrorCode.TYPE_CONFLICT;
    }

    private static BinlogPosition end(Map<StreamId, BinlogPosition> ends, DirtyKey dirty) {
        BinlogPosition end = ends.get(dirty.stream());
        if (end == null) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL, "the source does not say where " + dirty.stream() + " ends");
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
