package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.master.DiskErrors;
import io.pikaferry.worker.master.TransferProgress;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.FileRequest;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.FileResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncRequest;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncStatus;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Pulls the dump of one database from a master's RsyncService (replication.md §4.3): the list of its files, then the
 * files, four at a time over one connection. The master knows four readers per connection, 0 to 3; each gets one
 * request at a time.
 *
 * <p>A dump has an identity, its uuid, in every answer. The master overwrites a dump in place when it makes a new one the
 * same day, and names the old uuid until the new dump is complete; so the list is asked for once more at the end, which
 * the master refuses while it makes a dump: only if it then is the same, the files belong together.
 *
 * <p>A connection that breaks is opened again, and the files that were not finished are begun again, if the dump is still
 * the same. They do not go on where they stopped: a master that is asked for what lies beyond a file's end reads beyond
 * its own buffer, and only a reader that is at a file already is sure to have the very file we know the length of.
 *
 * <p>Threads: one; {@link #close} from any.
 */
final class DumpPull implements AutoCloseable {

    /** Opens connections to the RsyncService. */
    interface Dialer {
        RsyncConnection open() throws IOException;
    }

    /**
     * How long to wait.
     *
     * @param answer to a request; 3.5.0 gives none while it makes a dump
     * @param retry at most, between two requests that were refused
     * @param progress without any, the pull fails
     */
    record Waits(Duration answer, Duration retry, Duration progress) {}

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final int READERS = 4;
    private static final int CHUNK = 4 << 20;
    /** Dumps that are replaced while we pull them, until we give up. */
    private static final int MAX_DUMPS = 5;

    private static final String STREAMS = "streams/";

    private final String master;
    private final Slot slot;
    private final Path directory;
    private final Dialer dialer;
    private final Waits waits;
    private final Throttle throttle;
    private final TransferProgress progress;
    private final long receivedBefore;

    private volatile RsyncConnection connection; // null when there is none
    private volatile boolean closed;
    private long received;
    private long lastProgress = System.nanoTime();
    private long lastReport;

    /**
     * @param master in messages, with its RsyncService's port
     * @param directory where the dump goes; emptied first
     * @param receivedBefore bytes of other databases, for the progress
     */
    DumpPull(
            String master,
            Slot slot,
            Path directory,
            Dialer dialer,
            Waits waits,
            Throttle throttle,
            TransferProgress progress,
            long receivedBefore) {
        this.master = master;
        this.slot = slot;
        this.directory = directory;
        this.dialer = dialer;
        this.waits = waits;
        this.throttle = throttle;
        this.progress = progress;
        this.receivedBefore = receivedBefore;
    }

    /** What the master has. */
    private record Listing(String uuid, Set<String> files) {

        boolean isComplete() {
            return files.contains("info") && files.stream().anyMatch(name -> name.endsWith("/CURRENT"));
        }
    }

    /** The dump we pull is no more, or the master refuses a file of it; the next list tells. */
    private static final class DumpReplaced extends Exception {
        private static final long serialVersionUID = 1;

        DumpReplaced(String message) {
            super(message);
        }
    }

    /**
     * Pulls everything.
     *
     * @param withStreams also fetch {@code streams/} if the list lacks it
     * @throws FerryException SNAPSHOT_INCOMPLETE if the master has no whole dump, SNAPSHOT_TIMEOUT, SNAPSHOT_CORRUPT,
     *     DISK_FULL
     */
    DumpInfo pull(boolean withStreams) throws InterruptedException {
        String trouble = "";
        for (int i = 0; i < MAX_DUMPS; i++) {
            Listing listing = awaitListing();
            if (!listing.isComplete()) {
                throw incomplete("its list names %d files and no database"
                        .formatted(listing.files().size()));
            }
            try {
                received = 0;
                Directories.makeEmpty(directory);
                fetch(listing, listing.files());
                if (withStreams && listing.files().stream().noneMatch(name -> name.startsWith(STREAMS))) {
                    fetchStreams(listing);
                }
                if (awaitListing().equals(listing)) {
                    return checkedInfo(listing);
                }
                trouble = "it made another one meanwhile";
            } catch (DumpReplaced e) {
                trouble = broken(e); // answers about the old dump may be under way
            } catch (ClosedByInterruptException e) {
                throw interrupted(e);
            } catch (IOException e) {
                throw DiskErrors.coded(e, "cannot write the dump of " + slot.getDbName() + " to " + directory);
            }
        }
        throw incomplete("%d tries, and each time %s".formatted(MAX_DUMPS, trouble));
    }

    /** An interrupt that found us at our files. */
    static InterruptedException interrupted(ClosedByInterruptException cause) {
        Thread.interrupted(); // what is thrown says it
        InterruptedException interrupted = new InterruptedException("interrupted while receiving a dump");
        interrupted.initCause(cause);
        return interrupted;
    }

    long received() {
        return received;
    }

    private DumpInfo checkedInfo(Listing listing) throws IOException {
        byte[] info = Files.readAllBytes(directory.resolve("info"));
        if (!DumpInfo.uuid(info).equals(listing.uuid())) {
            throw incomplete("its info file is not that of dump " + listing.uuid());
        }
        return DumpInfo.parse(info);
    }

    // ---- the list

    private Listing awaitListing() throws InterruptedException {
        RsyncRequest request = RsyncRequest.newBuilder()
                .setType(RsyncType.RSYNC_META)
                .setReaderIndex(0)
                .setDbName(slot.getDbName())
                .setSlotId(slot.getSlotId())
                .build();
        lastProgress = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            String last;
            try {
                connected().send(request);
                RsyncResponse answer = awaitMeta();
                if (answer != null && answer.getCode() == RsyncStatus.RSYNC_OK) {
                    lastProgress = System.nanoTime();
                    return new Listing(
                            answer.getSnapshotUuid(),
                            new TreeSet<>(answer.getMetaResp().getFilenamesList()));
                }
                last = answer == null
                        ? broken(
                                new RsyncSilent("no answer to the request for the list of files")) // one may come later
                        : "still makes its dump";
            } catch (IOException e) {
                last = broken(e);
            }
            progress.waitingForDump();
            failWithoutProgress(last);
            pause = pause.compareTo(waits.retry()) < 0 ? pause : waits.retry();
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            pause = pause.multipliedBy(2); // a dump of little data is made in no time
        }
    }

    /** Null if none comes; answers to earlier requests are passed over. */
    private RsyncResponse awaitMeta() throws IOException, InterruptedException {
        long until = System.nanoTime() + waits.answer().toNanos();
        while (true) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            var answer = connected().receive(Duration.ofNanos(left));
            if (answer.isPresent()
                    && answer.get().getType() == RsyncType.RSYNC_META
                    && answer.get().getDbName().equals(slot.getDbName())) {
                return answer.get();
            }
        }
    }

    // ---- files

    /** One of the master's readers and the file it is at. */
    private static final class Reader implements AutoCloseable {

        private final int index;
        private String file;
        private FileChannel out;
        private long offset;
        private int asked;

        Reader(int index) {
            this.index = index;
        }

        boolean isIdle() {
            return file == null;
        }

        void begin(String name, Path path) throws IOException {
            Files.createDirectories(path.getParent());
            out = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            file = name;
            offset = 0;
        }

        void beginAgain() throws IOException {
            out.truncate(0);
            out.position(0);
            offset = 0;
        }

        void write(ByteString data) throws IOException {
            for (ByteBuffer part : data.asReadOnlyByteBufferList()) {
                while (part.hasRemaining()) {
                    out.write(part);
                }
            }
            offset += data.size();
        }

        void finish() throws IOException {
            out.force(false);
            out.close();
            file = null;
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
            }
        }
    }

    private void fetch(Listing listing, Collection<String> names)
            throws IOException, DumpReplaced, InterruptedException {
        names.forEach(name -> DumpFileName.resolve(directory, name)); // all of them before the first
        Deque<String> waiting = new ArrayDeque<>(names);
        List<Reader> readers = List.of(new Reader(0), new Reader(1), new Reader(2), new Reader(3));
        lastProgress = System.nanoTime();
        try {
            boolean resumed = true;
            while (true) {
                try {
                    if (!resumed) {
                        checkStill(listing);
                        for (Reader reader : readers) {
                            if (!reader.isIdle()) {
                                received -= reader.offset;
                                beginAgain(reader);
                                request(reader);
                            }
                        }
                        resumed = true;
                    }
                    for (Reader reader : readers) {
                        if (reader.isIdle() && !waiting.isEmpty()) {
                            begin(reader, waiting.removeFirst());
                            request(reader);
                        }
                    }
                    if (readers.stream().allMatch(Reader::isIdle)) {
                        return;
                    }
                    var answer = connected().receive(waits.answer());
                    if (answer.isEmpty()) {
                        throw new RsyncSilent(
                                "no answer for %d ms".formatted(waits.answer().toMillis()));
                    }
                    take(answer.get(), listing, readers);
                } catch (WriteFailed e) {
                    throw e.cause;
                } catch (IOException e) {
                    failWithoutProgress(broken(e));
                    resumed = false;
                    TimeUnit.NANOSECONDS.sleep(waits.retry().toNanos());
                }
            }
        } finally {
            for (Reader reader : readers) {
                reader.close();
            }
        }
    }

    private void begin(Reader reader, String name) throws WriteFailed {
        try {
            reader.begin(name, DumpFileName.resolve(directory, name));
        } catch (IOException e) {
            throw new WriteFailed(e);
        }
    }

    private static void beginAgain(Reader reader) throws WriteFailed {
        try {
            reader.beginAgain();
        } catch (IOException e) {
            throw new WriteFailed(e);
        }
    }

    private void checkStill(Listing listing) throws DumpReplaced, InterruptedException {
        long sinceProgress = lastProgress;
        if (!awaitListing().equals(listing)) {
            throw new DumpReplaced("it made another one meanwhile");
        }
        lastProgress = sinceProgress; // an answer alone brings us no further
    }

    private void request(Reader reader) throws IOException, InterruptedException {
        reader.asked = throttle.portion(CHUNK);
        throttle.pay(reader.asked);
        connected()
                .send(RsyncRequest.newBuilder()
                        .setType(RsyncType.RSYNC_FILE)
                        .setReaderIndex(reader.index)
                        .setDbName(slot.getDbName())
                        .setSlotId(slot.getSlotId())
                        .setFileReq(FileRequest.newBuilder()
                                .setFilename(reader.file)
                                .setCount(reader.asked)
                                .setOffset(reader.offset))
                        .build());
    }

    private void take(RsyncResponse answer, Listing listing, List<Reader> readers)
            throws IOException, DumpReplaced, InterruptedException {
        if (answer.getType() != RsyncType.RSYNC_FILE
                || answer.getReaderIndex() < 0
                || answer.getReaderIndex() >= READERS) {
            return; // to an earlier request
        }
        Reader reader = readers.get(answer.getReaderIndex());
        if (reader.isIdle()) {
            return;
        }
        if (answer.getCode() != RsyncStatus.RSYNC_OK) {
            throw new DumpReplaced("it refused to send " + reader.file);
        }
        FileResponse part = answer.getFileResp();
        if (!part.getFilename().equals(reader.file) || part.getOffset() != reader.offset) {
            return;
        }
        if (!answer.getSnapshotUuid().equals(listing.uuid())) {
            throw new DumpReplaced("it made another one meanwhile");
        }
        int size = part.getData().size();
        if (part.getCount() != size || size > reader.asked) {
            throw new DumpReplaced(
                    "it sent %d bytes of %s where it said %d".formatted(size, reader.file, part.getCount()));
        }
        boolean last = part.getEof() != 0;
        if (size == 0 && !last) {
            throw new DumpReplaced("it sent nothing of " + reader.file);
        }
        throttle.refund(reader.asked - size);
        try {
            reader.write(part.getData());
            if (last) {
                reader.finish();
            }
        } catch (IOException e) {
            throw new WriteFailed(e);
        }
        received += size;
        lastProgress = System.nanoTime();
        reportProgress();
        if (!last) {
            request(reader);
        }
    }

    // ---- streams

    private void fetchStreams(Listing listing) throws IOException, DumpReplaced, InterruptedException {
        fetch(listing, List.of(STREAMS + "CURRENT"));
        try {
            String manifest = STREAMS + ManifestFiles.named(Files.readAllBytes(directory.resolve(STREAMS + "CURRENT")));
            fetch(listing, List.of(manifest));
            fetch(
                    listing,
                    ManifestFiles.live(directory.resolve(manifest)).stream()
                            .map(name -> STREAMS + name)
                            .toList());
        } catch (ManifestFiles.MalformedManifest e) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_CORRUPT,
                    "cannot tell which files the streams of %s in the dump of %s consist of: %s"
                            .formatted(slot.getDbName(), master, e.getMessage()),
                    e);
        }
    }

    // ---- the connection

    private RsyncConnection connected() throws IOException {
        if (closed) {
            throw new FerryException(ErrorCode.SOURCE_UNREACHABLE, "the pull from " + master + " was ended by us");
        }
        RsyncConnection open = connection;
        if (open == null) {
            open = dialer.open();
            connection = open;
        }
        return open;
    }

    private String broken(Exception why) {
        RsyncConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
        return String.valueOf(why.getMessage());
    }

    private void failWithoutProgress(String why) {
        if (System.nanoTime() - lastProgress > waits.progress().toNanos()) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_TIMEOUT,
                    "no progress with the dump of %s from %s for %d s: %s"
                            .formatted(
                                    slot.getDbName(), master, waits.progress().toSeconds(), why));
        }
    }

    private void reportProgress() {
        if (System.nanoTime() - lastReport > 1_000_000_000L) {
            lastReport = System.nanoTime();
            progress.transferring(receivedBefore + received, 0);
        }
    }

    private FerryException incomplete(String why) {
        return new FerryException(
                ErrorCode.SNAPSHOT_INCOMPLETE,
                "%s does not give a whole dump of %s: %s".formatted(master, slot.getDbName(), why));
    }

    @Override
    public void close() {
        closed = true;
        RsyncConnection open = connection;
        if (open != null) {
            open.close();
        }
    }

    /** Our disk and not the network. */
    private static final class WriteFailed extends IOException {
        private static final long serialVersionUID = 1;

        private final IOException cause;

        WriteFailed(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    /** The master neither answers nor closes. */
    private static final class RsyncSilent extends IOException {
        private static final long serialVersionUID = 1;

        RsyncSilent(String message) {
            super(message);
        }
    }
}
