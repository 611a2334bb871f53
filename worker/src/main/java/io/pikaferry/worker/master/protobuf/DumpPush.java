package io.pikaferry.worker.master.protobuf;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.master.DiskErrors;
import io.pikaferry.worker.master.RsyncDaemon;
import io.pikaferry.worker.master.TransferProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Waits while a master up to 3.4 pushes the dump of one stream into our rsync daemon (replication.md §4.2). The file
 * {@code info} comes last, and only if everything before it arrived.
 *
 * <p>Threads: one.
 */
final class DumpPush {

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration MEASURE = Duration.ofSeconds(1);
    /** Where rsync has so little left, it stands still. */
    private static final long ALMOST_NOTHING = 1 << 20;

    private final String description;
    private final Path directory;
    private final RsyncDaemon daemon;
    private final MasterLink link;
    private final Duration patience;
    private final TransferProgress progress;
    private final long receivedBefore;

    private long received;
    private long activity;

    /**
     * @param description of the dump and of where it has to arrive, for messages
     * @param receivedBefore bytes of other streams
     */
    DumpPush(
            String description,
            Path directory,
            RsyncDaemon daemon,
            MasterLink link,
            Duration patience,
            TransferProgress progress,
            long receivedBefore) {
        this.description = description;
        this.directory = directory;
        this.daemon = daemon;
        this.link = link;
        this.patience = patience;
        this.progress = progress;
        this.receivedBefore = receivedBefore;
    }

    /** Makes the directories that the master expects; rsync makes only the last part of a path. */
    void prepare(DumpLayout layout) {
        try {
            for (String database : layout.databases()) {
                Files.createDirectories(directory.resolve(database));
            }
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot make the directories for a dump in " + directory);
        }
    }

    /** @throws FerryException SNAPSHOT_TIMEOUT, DISK_FULL, or what ended the conversation with the master */
    DumpInfo await() throws InterruptedException {
        Path info = directory.resolve("info");
        long lastProgress = System.nanoTime();
        long lastMeasure = lastProgress;
        progress.waitingForDump();
        while (!Files.exists(info)) {
            link.check();
            if (daemon.ended().isPresent()) {
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE,
                        "%s: our rsync daemon ended: %s"
                                .formatted(description, daemon.ended().get()));
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            long now = System.nanoTime();
            if (now - lastMeasure >= MEASURE.toNanos()) {
                lastMeasure = now;
                if (measure()) {
                    lastProgress = now;
                } else if (now - lastProgress > patience.toNanos()) {
                    throw timeout();
                }
            }
        }
        daemon.awaitEndOfTransfer();
        measure();
        try {
            return DumpInfo.parse(Files.readAllBytes(info));
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot read " + info);
        }
    }

    long received() {
        return received;
    }

    /** True if something has happened since the last time. */
    private boolean measure() {
        try {
            if (Files.getFileStore(directory).getUsableSpace() < ALMOST_NOTHING) {
                throw new FerryException(
                        ErrorCode.DISK_FULL, "%s: the disk of %s is full".formatted(description, directory));
            }
            long before = received + activity;
            received = Directories.size(directory);
            activity = daemon.logBytes();
            if (received > 0) {
                progress.transferring(receivedBefore + received, 0);
            }
            return received + activity != before;
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot look into " + directory);
        }
    }

    private FerryException timeout() {
        boolean refused = daemon.log().stream().anyMatch(line -> line.contains("auth failed"));
        return new FerryException(
                ErrorCode.SNAPSHOT_TIMEOUT,
                "%s: nothing arrived for %d s%s"
                        .formatted(
                                description,
                                patience.toSeconds(),
                                refused ? "; our rsync daemon had to refuse the master's password" : ""));
    }
}
