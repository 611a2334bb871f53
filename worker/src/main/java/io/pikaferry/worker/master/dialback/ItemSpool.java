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

    private static final String SUFFIX = ".spool";

    private final StreamId stream;
    private final Path directory;
    private final Limits limits;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private final Deque<BinlogItem> memory = new ArrayDeque<>(); // older than what is on disk
    private long memoryBytes;
    private final Deque<Segment> segments = new ArrayDeque<>(); // the last one is written to
    private long onDisk; // items
    private long diskBytes;
    private boolean writing; // the last segment, outside the lock
    private boolean closed;
    private long woken;

    // only by the thread that puts
    private int segmentsMade;
    private final ByteBuffer header = ByteBuffer.allocate(RECORD_HEADER);

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

    /** Takes the item, at once but for the disk. */
    void put(BinlogItem item) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            long size = item.content().length + (long) OVERHEAD;
            if (onDisk == 0 && !writing && (memory.isEmpty() || memoryBytes + size <= limits.memoryBytes)) {
                memory.add(item);
                memoryBytes += size;
                changed.signalAll();
                return;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        long written = 0;
        try {
            written = write(item);
        } finally {
            lock.lock();
            writing = false;
            if (written > 0) {
                onDisk++;
                diskBytes += written;
                segments.getLast().unread++;
                changed.signalAll();
            } else {
                dropSegmentsIfDrained();
            }
            if (closed) {
                dropSegments();
            }
            lock.unlock();
        }
    }

    private long write(BinlogItem item) {
        Segment segment = segmentToWrite();
        header.clear();
        header.putInt(item.content().length);
        header.putInt((int) item.end().filenum());
        header.putLong(item.end().offset());
        header.putInt((int) item.executedAtSeconds());
        long length = RECORD_HEADER + (long) item.content().length;
        try {
            segment.out.write(header.array());
            segment.out.write(item.content());
            segment.bytes += length;
            return length;
        } catch (IOException e) {
            cutBack(segment);
            throw DiskErrors.coded(e, "cannot keep binlog items in " + directory);
        }
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
        long left = wait.toNanos();
        Segment segment;
        lock.lockInterruptibly();
        try {
            long wakes = woken;
            while (true) {
                if (closed) {
                    return Optional.empty();
                }
                BinlogItem oldest = memory.poll();
                if (oldest != null) {
                    memoryBytes -= oldest.content().length + (long) OVERHEAD;
                    return Optional.of(oldest);
                }
                if (onDisk > 0) {
                    break;
                }
                if (left <= 0 || woken != wakes) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            while (segments.getFirst().unread == 0) {
                segments.removeFirst().delete();
            }
            segment = segments.getFirst();
        } finally {
            lock.unlock();
        }
        return Optional.of(read(segment));
    }

    private BinlogItem read(Segment segment) {
        BinlogItem item;
        try {
            item = segment.read(stream);
        } catch (IOException e) {
            throw new FerryException(ErrorCode.INTERNAL, "cannot read back " + segment.path, e);
        }
        lock.lock();
        try {
            segment.unread--;
            onDisk--;
            diskBytes -= RECORD_HEADER + (long) item.content().length;
            dropSegmentsIfDrained();
        } finally {
            lock.unlock();
        }
        return item;
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
            return memory.isEmpty() && onDisk == 0;
        } finally {
            lock.unlock();
        }
    }

    long bytesInMemory() {
        lock.lock();
        try {
            return memoryBytes;
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
