package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.DiskErrors;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of items that takes without waiting whatever comes, as a master that may not be kept waiting demands (3.0 gives
 * a write 3 s, and loses it): a few MiB in memory, what is more on disk. Lives and dies with its session; nothing in it is
 * meant to be read again.
 *
 * <p>On disk: segments, each a sequence of
 *
 * <pre>
 * 4 bytes  length of the content
 * 4 bytes  file number } of the end
 * 8 bytes  offset      }
 * 4 bytes  time of execution
 * content
 * </pre>
 *
 * <p>Threads: one puts, one takes; {@link #wake} and {@link #close} from any.
 */
final class ItemSpool implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ItemSpool.class);

    private static final int RECORD_HEADER = 20;
    /** What an item costs besides its content. */
    private static final int OVERHEAD = 64;

    /** Items go to disk and come back some at a time, not one by one. */
    private static final int MOST_SPILL = 1 << 20;

    private static final int WRITTEN_AT_ONCE = 128 * 1024;
    private static final int READ_AT_ONCE = 256;

    private static final String SUFFIX = ".spool";

    private final StreamId stream;
    private final Path directory;
    private final Limits limits;

    private final long spillBytes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private Deque<BinlogItem> memory = new ArrayDeque<>(); // older than what is on disk
    private long memoryBytes; // with what was taken last
    private final Deque<Segment> segments = new ArrayDeque<>(); // the last one is written to
    private long onDisk; // items
    private long diskBytes;
    private Deque<BinlogItem> young = new ArrayDeque<>(); // younger than what is on disk; goes there when it is enough
    private long youngBytes;
    private boolean writing; // the last segment, outside the lock
    private boolean idle; // the one that takes waits
    private boolean closed;
    private long woken;

    // only by the thread that puts
    private int segmentsMade;
    private final ByteBuffer written = ByteBuffer.allocate(WRITTEN_AT_ONCE);

    // only by the thread that takes
    private Deque<BinlogItem> taken = new ArrayDeque<>(); // out of memory or from disk in one go: the oldest of all
    private final AtomicInteger takenLeft = new AtomicInteger(); // its size, for others

    /**
     * @param memoryBytes how much is kept in memory
     * @param segmentBytes how large a file on disk gets
     * @param reserveBytes how much of the disk is left to others
     */
    record Limits(long memoryBytes, long segmentBytes, long reserveBytes) {

        static final Limits USUAL = new Limits(8 << 20, 64 << 20, 512 << 20);
    }

    /** Removes what a former spool, of a process that was killed, left in the directory. */
    ItemSpool(StreamId stream, Path directory, Limits limits) {
        this.stream = stream;
        this.directory = directory;
        this.limits = limits;
        this.spillBytes = Math.min(MOST_SPILL, limits.memoryBytes() / 4);
        try {
            Files.createDirectories(directory);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
                for (Path segment : left) {
                    Files.delete(segment);
                }
            }
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot use " + directory);
        }
    }

    /**
     * Takes the item, at once but for the disk.
     *
     * @throws FerryException DISK_FULL and the like: it was not taken; what was before is not lost
     */
    void put(BinlogItem item) {
        Deque<BinlogItem> spill;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            long size = size(item);
            boolean first = onDisk == 0 && !writing && young.isEmpty();
            if (first && (memory.isEmpty() || memoryBytes + size <= limits.memoryBytes - spillBytes)) {
                memory.add(item);
                memoryBytes += size;
                signal();
                return;
            }
            young.add(item);
            youngBytes += size;
            if (youngBytes < spillBytes) {
                signal();
                return;
            }
            spill = young;
            young = new ArrayDeque<>();
            writing = true;
        } finally {
            lock.unlock();
        }
        spill(spill);
    }

    private static long size(BinlogItem item) {
        return item.content().length + (long) OVERHEAD;
    }

    private void signal() {
        if (idle) {
            changed.signalAll();
        }
    }

    private void spill(Deque<BinlogItem> items) {
        long bytes = 0;
        try {
            bytes = write(items);
        } finally {
            lock.lock();
            writing = false;
            if (bytes > 0) {
                onDisk += items.size();
                diskBytes += bytes;
                segments.getLast().unread += items.size();
                youngBytes = 0;
            } else {
                youngBytes -= size(items.removeLast());
                young = items; // put throws: the last one was not taken
                dropSegmentsIfDrained();
            }
            changed.signalAll();
            if (closed) {
                young.clear();
                dropSegments();
            }
            lock.unlock();
        }
    }

    /** All or nothing. */
    private long write(Deque<BinlogItem> items) {
        Segment segment = segmentToWrite();
        long length = 0;
        try {
            for (BinlogItem item : items) {
                length += RECORD_HEADER + (long) item.content().length;
                writeBuffered(segment, item);
            }
            writeOut(segment);
            segment.bytes += length;
            return length;
        } catch (IOException e) {
            written.clear();
            cutBack(segment);
            throw DiskErrors.coded(e, "cannot keep binlog items in " + directory);
        }
    }

    private void writeBuffered(Segment segment, BinlogItem item) throws IOException {
        byte[] content = item.content();
        if (written.remaining() < RECORD_HEADER + content.length) {
            writeOut(segment);
        }
        written.putInt(content.length);
        written.putInt((int) item.end().filenum());
        written.putLong(item.end().offset());
        written.putInt((int) item.executedAtSeconds());
        if (written.remaining() < content.length) {
            writeOut(segment);
            segment.out.write(content);
        } else {
            written.put(content);
        }
    }

    private void writeOut(Segment segment) throws IOException {
        segment.out.write(written.array(), 0, written.position());
        written.clear();
    }

    /** What was written of a record that did not fit goes, so that the next one follows a whole one. */
    private void cutBack(Segment segment) {
        try {
            segment.out.setLength(segment.bytes);
            segment.out.seek(segment.bytes);
        } catch (IOException e) {
            log.warn("cannot cut {} back to {} bytes", segment.path, segment.bytes, e);
            segment.bytes = limits.segmentBytes; // not to be written to any more
        }
    }

    private Segment segmentToWrite() {
        lock.lock();
        try {
            if (!segments.isEmpty() && segments.getLast().bytes < limits.segmentBytes) {
                return segments.getLast();
            }
        } finally {
            lock.unlock();
        }
        Segment segment;
        try {
            long usable = Files.getFileStore(directory).getUsableSpace();
            if (usable < limits.reserveBytes) {
                throw new FerryException(
                        ErrorCode.DISK_FULL,
                        "%d MiB are left in %s, and %d MiB are kept free: binlog items that wait for the target have no room"
                                .formatted(usable >> 20, directory, limits.reserveBytes >> 20));
            }
            segment = new Segment(directory.resolve("%08d%s".formatted(segmentsMade++, SUFFIX)));
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot keep binlog items in " + directory);
        }
        lock.lock();
        try {
            segments.add(segment);
        } finally {
            lock.unlock();
        }
        return segment;
    }

    /** The oldest item; empty if none came within the wait, or the waiting was broken. */
    Optional<BinlogItem> take(Duration wait) throws InterruptedException {
        BinlogItem next = taken.poll();
        if (next == null) {
            if (!takeMore(wait.toNanos())) {
                return Optional.empty();
            }
            next = taken.remove();
        }
        takenLeft.lazySet(taken.size());
        return Optional.of(next);
    }

    /** Fills what is taken; whether there was anything. */
    private boolean takeMore(long nanos) throws InterruptedException {
        long left = nanos;
        Segment segment;
        int count;
        lock.lockInterruptibly();
        try {
            long wakes = woken;
            while (true) {
                if (closed) {
                    return false;
                }
                if (!memory.isEmpty() || (onDisk == 0 && !writing && !young.isEmpty())) {
                    takeMemory();
                    return true;
                }
                memoryBytes = 0;
                if (onDisk > 0) {
                    break;
                }
                if (left <= 0 || woken != wakes) {
                    return false;
                }
                idle = true;
                try {
                    left = changed.awaitNanos(left);
                } finally {
                    idle = false;
                }
            }
            while (segments.getFirst().unread == 0) {
                segments.removeFirst().delete();
            }
            segment = segments.getFirst();
            count = (int) Math.min(READ_AT_ONCE, segment.unread);
        } finally {
            lock.unlock();
        }
        read(segment, count);
        return true;
    }

    /** All that is in memory and older than anything on disk. */
    private void takeMemory() {
        Deque<BinlogItem> emptied = taken;
        if (memory.isEmpty()) {
            taken = young;
            young = emptied;
            memoryBytes = youngBytes;
            youngBytes = 0;
        } else {
            taken = memory;
            memory = emptied;
            memoryBytes = 0;
            for (BinlogItem item : taken) {
                memoryBytes += size(item);
            }
        }
        takenLeft.set(taken.size());
    }

    private void read(Segment segment, int most) {
        long bytes = 0;
        try {
            while (taken.size() < most && bytes < spillBytes + 1) {
                BinlogItem item = segment.read(stream);
                bytes += RECORD_HEADER + (long) item.content().length;
                taken.add(item);
            }
        } catch (IOException e) {
            throw new FerryException(ErrorCode.INTERNAL, "cannot read back " + segment.path, e);
        }
        takenLeft.set(taken.size());
        lock.lock();
        try {
            segment.unread -= taken.size();
            onDisk -= taken.size();
            diskBytes -= bytes;
            dropSegmentsIfDrained();
        } finally {
            lock.unlock();
        }
    }

    private void dropSegmentsIfDrained() {
        if (onDisk == 0 && !writing) {
            dropSegments();
        }
    }

    private void dropSegments() {
        segments.forEach(Segment::delete);
        segments.clear();
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return takenLeft.get() == 0 && memory.isEmpty() && onDisk == 0 && !writing && young.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    long bytesInMemory() {
        lock.lock();
        try {
            return memoryBytes + youngBytes;
        } finally {
            lock.unlock();
        }
    }

    long bytesOnDisk() {
        lock.lock();
        try {
            return diskBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Breaks a waiting {@link #take}. */
    void wake() {
        lock.lock();
        try {
            woken++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            memory.clear();
            memoryBytes = 0;
            young.clear();
            youngBytes = 0;
            onDisk = 0;
            if (!writing) {
                dropSegments();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One file. Written by the thread that puts and read by the one that takes, never the same record. */
    private static final class Segment {

        private final Path path;
        // of the kind that an interrupt does not close
        private final RandomAccessFile out;
        private final DataInputStream in;
        private long bytes; // by the thread that puts
        private long unread; // guarded by the spool's lock

        Segment(Path path) throws IOException {
            this.path = path;
            this.out = new RandomAccessFile(path.toFile(), "rw");
            this.in = new DataInputStream(new BufferedInputStream(new FileInputStream(path.toFile()), 256 * 1024));
        }

        /** Only while unread is positive: then a whole record is there. */
        BinlogItem read(StreamId stream) throws IOException {
            int length = in.readInt();
            long filenum = Integer.toUnsignedLong(in.readInt());
            long offset = in.readLong();
            int executedAt = in.readInt();
            byte[] content = in.readNBytes(length);
            if (content.length < length) {
                throw new IOException("a record of " + length + " bytes ends after " + content.length);
            }
            return new BinlogItem(stream, new BinlogPosition(filenum, offset), executedAt, content);
        }

        void delete() {
            try (out;
                    in) {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                log.warn("cannot remove {}", path, e);
            }
        }
    }
}
