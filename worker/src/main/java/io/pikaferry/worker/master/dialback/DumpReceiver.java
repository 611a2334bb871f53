package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.DiskErrors;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PortRange;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.RsyncDaemon;
import io.pikaferry.worker.master.TransferProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a 2.3 or 3.0 master make a dump and push it to an rsync daemon of ours on S+3000 (replication.md §4.1).
 *
 * <p>The master says nothing but "wait", and is not heard of again should its dump or push fail. So this watches what it
 * can see, which is the daemon's log, the bytes that arrive and {@code is_bgsaving}, and asks again when nothing moves. The
 * master names the rsync module after an address of its own that cannot be known for sure (one it listens at in 2.3, one it
 * connects from in 3.0); a name we did not think of is learned from the daemon's log.
 *
 * <p>Complete is a dump when its {@code info} is there, as that is sent last and only if all else was.
 */
final class DumpReceiver {

    private static final Logger log = LoggerFactory.getLogger(DumpReceiver.class);

    static final int RSYNC_OFFSET = 3000;

    private static final int BASES_TRIED = 5;
    private static final long LAST_FILE_MILLIS = 20;
    /** After a failure the master may still push, for as long as it takes it to find out. */
    private static final Duration PUSH_MAY_COME = Duration.ofHours(1);

    private static final Pattern UNKNOWN_MODULE = Pattern.compile("unknown module '(document_[0-9.]+:(\\d+))'");

    private final Contact contact;
    private final DialBackTimings timings;
    private final CountDownLatch closed;

    /** @param closed opened when the whole conversation is to end */
    DumpReceiver(Contact contact, DialBackTimings timings, CountDownLatch closed) {
        this.contact = contact;
        this.timings = timings;
        this.closed = closed;
    }

    ReceivedSnapshot receive(Path directory, TransferProgress progress) throws InterruptedException {
        checkRoom(directory);
        for (int i = 0; i < BASES_TRIED; i++) {
            prepare(directory);
            PortRange.Lease lease =
                    contact.ports().lease(contact.slave().bind(), BinlogRegistration.LISTEN_OFFSET, RSYNC_OFFSET);
            boolean received = false;
            try (RsyncDaemon daemon = listen(directory, lease)) {
                if (ask(lease)) {
                    progress.waitingForDump();
                    DumpInfo info = new Watch(daemon, lease, directory, progress).untilComplete();
                    received = true;
                    return new ReceivedSnapshot(
                            Map.of(StreamId.ONLY, directory), Map.of(StreamId.ONLY, info.position()));
                }
                received = true; // nothing will come
            } catch (FerryException e) {
                if (e.code() != ErrorCode.CANNOT_LISTEN || i == BASES_TRIED - 1) {
                    throw e;
                }
                log.info("{}: {}", lease, e.getMessage());
            } finally {
                if (received) {
                    lease.close();
                } else {
                    lease.close(PUSH_MAY_COME);
                }
            }
        }
        throw new FerryException(
                ErrorCode.SOURCE_BUSY,
                "source %s holds former sessions of ours at all of %d port bases"
                        .formatted(contact.source().endpoint(), BASES_TRIED));
    }

    /** Before the master is bothered. Its own files are a fair guess at what a dump of them takes. */
    private void checkRoom(Path directory) {
        try {
            Files.createDirectories(directory);
            long usable = Files.getFileStore(directory).getUsableSpace() + bytesIn(directory);
            long wanted = contact.info().number("db_size").orElse(0);
            if (usable < wanted) {
                throw new FerryException(
                        ErrorCode.DISK_FULL,
                        "the data of source %s take %d MiB, and %d MiB are free in %s"
                                .formatted(contact.source().endpoint(), wanted >> 20, usable >> 20, directory));
            }
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot use " + directory);
        }
    }

    /** Empty but for the sub-databases' directories: rsync makes only the last part of a path. */
    private void prepare(Path directory) {
        try {
            if (Files.exists(directory)) {
                try (Stream<Path> old = Files.walk(directory)) {
                    for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                        if (!path.equals(directory)) {
                            Files.delete(path);
                        }
                    }
                }
            }
            for (String type : subDatabases()) {
                Files.createDirectories(directory.resolve(type));
            }
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot empty " + directory);
        }
    }

    private List<String> subDatabases() {
        return contact.generation() == Generation.A
                ? List.of("kv", "hash", "list", "set", "zset")
                : List.of("strings", "hashes", "lists", "sets", "zsets");
    }

    private RsyncDaemon listen(Path directory, PortRange.Lease lease) {
        List<RsyncDaemon.Module> modules = new ArrayList<>();
        for (String address : addressesOfMaster()) {
            modules.add(new RsyncDaemon.Module(
                    "document_" + address + ":" + contact.source().endpoint().port(), directory));
        }
        return RsyncDaemon.start(
                contact.slave().bind(),
                lease.port(RSYNC_OFFSET),
                contact.workDirectory().resolve("rsync"),
                modules,
                Optional.empty());
    }

    private Set<String> addressesOfMaster() {
        Set<String> addresses = new LinkedHashSet<>();
        addresses.add(contact.address().getHostAddress());
        try {
            for (InetAddress address :
                    InetAddress.getAllByName(contact.source().endpoint().host())) {
                addresses.add(address.getHostAddress());
            }
        } catch (UnknownHostException e) {
            log.debug("{} is not known any more", contact.source().endpoint(), e);
        }
        addresses.add("127.0.0.1");
        addresses.add(contact.slave().advertised().getHostAddress()); // a master on our own machine
        return addresses;
    }

    /** False if a former session of ours stands at this base. */
    private boolean ask(PortRange.Lease lease) {
        Trysync.Answer answer = Trysync.ask(contact, lease.base(), Trysync.FORCE_DUMP);
        return switch (answer.verdict()) {
            case DUMP_FOLLOWS -> true;
            case ALREADY_EXISTS -> false;
            case ACCEPTED, INVALID_OFFSET -> throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "source %s was asked for a dump and answers %s"
                            .formatted(contact.source().endpoint(), answer.verdict()));
        };
    }

    /** The wait for one dump. */
    private final class Watch {

        private final RsyncDaemon daemon;
        private final PortRange.Lease lease;
        private final Path directory;
        private final TransferProgress progress;
        private long bytes;
        private long logBytes;
        private long lastMove = System.nanoTime();
        private long lastAsked = System.nanoTime();
        private boolean learned;

        Watch(RsyncDaemon daemon, PortRange.Lease lease, Path directory, TransferProgress progress) {
            this.daemon = daemon;
            this.lease = lease;
            this.directory = directory;
            this.progress = progress;
        }

        DumpInfo untilComplete() throws InterruptedException {
            while (!arrives(directory.resolve("info"), timings.poll())) {
                look();
            }
            daemon.awaitEndOfTransfer();
            DumpInfo info = check();
            progress.transferring(bytesIn(directory), bytesIn(directory));
            log.info("dump of source {} at {} received", contact.source().endpoint(), info.position());
            return info;
        }

        /** The last file is waited for at a quicker pace than everything is looked after: it is all that is missing then. */
        private boolean arrives(Path file, Duration within) throws InterruptedException {
            long until = System.nanoTime() + within.toNanos();
            while (!Files.exists(file)) {
                if (System.nanoTime() >= until) {
                    return false;
                }
                if (closed.await(Math.min(LAST_FILE_MILLIS, within.toMillis()), TimeUnit.MILLISECONDS)) {
                    throw new FerryException(
                            ErrorCode.SOURCE_UNREACHABLE,
                            "the conversation with source %s was closed"
                                    .formatted(contact.source().endpoint()));
                }
            }
            return true;
        }

        private void look() {
            daemon.ended().ifPresent(how -> {
                throw new FerryException(ErrorCode.INTERNAL, "the rsync daemon ended by itself: " + how);
            });
            boolean moved = false;
            if (daemon.logBytes() != logBytes) {
                logBytes = daemon.logBytes();
                moved = true;
                readLog();
            }
            long now = bytesIn(directory);
            if (now != bytes) {
                bytes = now;
                moved = true;
            }
            if (bytes > 0) {
                progress.transferring(bytes, 0);
            }
            if (moved) {
                lastMove = System.nanoTime();
                return;
            }
            Duration silence = Duration.ofNanos(System.nanoTime() - lastMove);
            if (silence.compareTo(timings.dumpSilence()) > 0) {
                throw tooLong();
            }
            // a push that failed at an unknown name has to end before the master listens to us again
            Duration patience = learned ? timings.poll().multipliedBy(3) : timings.dumpRepeat();
            if (silence.compareTo(patience) > 0
                    && Duration.ofNanos(System.nanoTime() - lastAsked).compareTo(patience) > 0) {
                nudge();
            }
        }

        private void readLog() {
            for (String line : daemon.log()) {
                if (line.contains("No space left on device") || line.contains("Disk quota exceeded")) {
                    throw new FerryException(ErrorCode.DISK_FULL, "no room for the dump in " + directory);
                }
                Matcher unknown = UNKNOWN_MODULE.matcher(line);
                if (unknown.find()
                        && Integer.parseInt(unknown.group(2))
                                == contact.source().endpoint().port()) {
                    learn(unknown.group(1));
                }
            }
        }

        private void learn(String module) {
            if (daemon.modules().stream().noneMatch(known -> known.name().equals(module))) {
                log.info("source {} pushes to module {}", contact.source().endpoint(), module);
                daemon.add(new RsyncDaemon.Module(module, directory));
                learned = true;
            }
        }

        /** Asks again, unless the master is at work. If it has a push to us under way it ignores this. */
        private void nudge() {
            lastAsked = System.nanoTime();
            if (contact.client()
                    .info("stats")
                    .value("is_bgsaving")
                    .filter(value -> value.startsWith("Yes"))
                    .isPresent()) {
                lastMove = System.nanoTime();
                return;
            }
            log.info(
                    "source {} sends nothing; it is asked once more for its dump",
                    contact.source().endpoint());
            ask(lease);
        }

        private FerryException tooLong() {
            return new FerryException(
                    ErrorCode.SNAPSHOT_TIMEOUT,
                    "source %s has sent nothing for %d s (%d bytes so far); it must reach us by rsync at %s:%d (port base + %d) and for the binlog at port %d (port base + %d)"
                            .formatted(
                                    contact.source().endpoint(),
                                    timings.dumpSilence().toSeconds(),
                                    bytes,
                                    contact.slave().advertised().getHostAddress(),
                                    lease.port(RSYNC_OFFSET),
                                    RSYNC_OFFSET,
                                    lease.port(BinlogRegistration.LISTEN_OFFSET),
                                    BinlogRegistration.LISTEN_OFFSET));
        }

        private DumpInfo check() {
            DumpInfo info;
            try {
                info = DumpInfo.parse(Files.readAllLines(directory.resolve("info")));
                for (String type : subDatabases()) {
                    checkSubDatabase(directory.resolve(type));
                }
            } catch (IOException e) {
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE, "the dump in " + directory + " cannot be read: " + e, e);
            }
            if (info.port() != contact.source().endpoint().port()) {
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE,
                        "a dump of %s:%d was pushed to us in place of one of source %s"
                                .formatted(
                                        info.host(),
                                        info.port(),
                                        contact.source().endpoint()));
            }
            return info;
        }

        private void checkSubDatabase(Path type) throws IOException {
            Path current = type.resolve("CURRENT");
            if (!Files.exists(current)
                    || !Files.exists(type.resolve(Files.readString(current).trim()))) {
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE,
                        "the dump has no whole %s: CURRENT or the manifest it names is missing"
                                .formatted(type.getFileName()));
            }
        }
    }

    private static long bytesIn(Path directory) {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                try {
                    bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
                } catch (NoSuchFileException e) {
                    // renamed meanwhile: it is counted under its new name, now or the next time
                }
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            log.debug("cannot add up {}", directory, e);
        }
        return bytes;
    }
}
