package io.pikaferry.worker.master.protobuf;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.DiskErrors;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.Masters;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.PortRange;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.Reply;
import io.pikaferry.worker.master.RsyncDaemon;
import io.pikaferry.worker.master.ServerInfo;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.master.TransferProgress;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A master of 3.1 – 4.0. We dial it, register by MetaSync under an address and a port that is only a name (up to 3.4
 * also where the dump is sent, + 1000), and speak with it over that one connection.
 *
 * <p>Only databases that the master named are ever mentioned to it: it crashes on others (replication.md §8.4).
 *
 * <p>Threads and failure: see {@link Master}.
 */
public final class ProtobufMaster implements Master {

    private static final int REPLICATION_PORT = 2000;
    private static final int RSYNC_SERVICE_PORT = 10_001;
    private static final int OUR_RSYNC_PORT = 1000;

    private static final String RSYNC_USER = "rsync_user";
    private static final String RSYNC_MODULE = "document";
    private static final Bytes RSYNC_SECRET_WITHOUT_PASSWORD = Bytes.utf8("default");

    /** A request for a dump that names a file so far ahead gets a new one (replication.md §4.2). */
    private static final BinlogPosition FRESH = new BinlogPosition(Integer.MAX_VALUE, 0);

    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Contact contact;
    private final Settings settings;
    private final PortRange.Lease lease;
    private final MasterLink link;
    private final Registration registration;
    private final SourceInfo info;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile AutoCloseable transfer = () -> {}; // what a running full sync has open
    private BinlogFollower follower; // null until follow()

    /**
     * @param bytesPerSecond of a dump that we pull
     * @param followBytes of items that wait for our owner
     */
    record Settings(Patience patience, DumpPull.Waits pull, OptionalLong bytesPerSecond, long followBytes) {

        private static final DumpPull.Waits PULL =
                new DumpPull.Waits(Duration.ofSeconds(5), Duration.ofSeconds(1), Patience.DEFAULT.dump());

        static Settings standard(OptionalLong bytesPerSecond) {
            return new Settings(Patience.DEFAULT, PULL, bytesPerSecond, 16L << 20);
        }
    }

    private ProtobufMaster(
            Contact contact, Settings settings, PortRange.Lease lease, MasterLink link, Registration registration) {
        this.contact = contact;
        this.settings = settings;
        this.lease = lease;
        this.link = link;
        this.registration = registration;
        this.info = new SourceInfo(
                contact.version(),
                contact.generation(),
                List.copyOf(registration.partitions().keySet()),
                registration.slots(),
                registration.identity());
    }

    /**
     * How masters of generations C, D and E are opened.
     *
     * @param bytesPerSecond at which a dump is pulled at most
     */
    public static Masters.Dialer dialer(OptionalLong bytesPerSecond) {
        Settings settings = Settings.standard(bytesPerSecond);
        return contact -> open(contact, settings);
    }

    static ProtobufMaster open(Contact contact, Settings settings) throws InterruptedException {
        requireNonNull(contact, "contact is null");
        PortRange.Lease lease = contact.generation() == Generation.C
                ? contact.ports().lease(contact.slave().bind(), OUR_RSYNC_PORT)
                : contact.ports().lease(contact.slave().bind());
        MasterLink link = null;
        try {
            String name = "master " + contact.source().endpoint();
            link = MasterLink.open(
                    name,
                    port(contact, REPLICATION_PORT),
                    local(contact),
                    new Requests(contact.slave().advertised().getHostAddress(), lease.base()),
                    settings.patience());
            Registration registration = Registration.register(
                    link, name, contact.version(), contact.source().password(), settings.patience());
            return new ProtobufMaster(contact, settings, lease, link, registration);
        } catch (RuntimeException | InterruptedException e) {
            if (link != null) {
                link.close();
            }
            lease.close();
            throw e;
        }
    }

    private static InetSocketAddress port(Contact contact, int offset) {
        return new InetSocketAddress(
                contact.address(), contact.source().endpoint().port() + offset);
    }

    private static Optional<InetAddress> local(Contact contact) {
        return contact.slave().isLocal() ? Optional.of(contact.slave().bind()) : Optional.empty();
    }

    @Override
    public SourceInfo info() {
        return info;
    }

    // ---- full sync

    @Override
    public ReceivedSnapshot takeSnapshot(Path directory, TransferProgress progress) throws InterruptedException {
        if (follower != null) {
            throw new IllegalStateException("a snapshot is taken before following");
        }
        try {
            Directories.makeEmpty(directory);
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot empty " + directory);
        }
        try {
            return contact.generation() == Generation.C
                    ? receivePushed(directory, progress)
                    : pull(directory, progress);
        } catch (FerryException e) {
            if (e.getCause() instanceof ClosedByInterruptException interrupt) {
                throw DumpPull.interrupted(interrupt);
            }
            throw e;
        }
    }

    /** One stream after the other: the master does no more at a time, and asks nothing in vain should we die. */
    private ReceivedSnapshot receivePushed(Path directory, TransferProgress progress) throws InterruptedException {
        Map<StreamId, Path> directories = new HashMap<>();
        Map<StreamId, BinlogPosition> positions = new HashMap<>();
        DumpLayout layout = DumpLayout.byType();
        long received = 0;
        try (RsyncDaemon daemon = RsyncDaemon.start(
                contact.slave().bind(),
                lease.port(OUR_RSYNC_PORT),
                contact.workDirectory().resolve("rsync"),
                List.of(new RsyncDaemon.Module(RSYNC_MODULE, directory)),
                Optional.of(new RsyncDaemon.Account(RSYNC_USER, rsyncSecret())))) {
            transfer = daemon;
            for (Partition partition : registration.partitions().values()) {
                Path target = directoryOf(partition, directory);
                String what = "dump of %s from master %s, which sends it to %s:%d by rsync"
                        .formatted(
                                partition.stream(),
                                contact.source().endpoint(),
                                contact.slave().advertised().getHostAddress(),
                                lease.port(OUR_RSYNC_PORT));
                DumpPush push = new DumpPush(
                        what, target, daemon, link, settings.patience().dump(), progress, received);
                push.prepare(layout);
                hold(partition);
                requestDump(partition, FRESH);
                positions.put(partition.stream(), push.await().position());
                layout.check(target);
                directories.put(partition.stream(), target);
                received += push.received();
            }
        } finally {
            transfer = () -> {};
        }
        return new ReceivedSnapshot(directories, positions);
    }

    private ReceivedSnapshot pull(Path directory, TransferProgress progress) throws InterruptedException {
        Map<StreamId, Path> directories = new HashMap<>();
        Map<StreamId, BinlogPosition> positions = new HashMap<>();
        boolean streamsNotListed =
                contact.generation() == Generation.D && contact.version().atLeast(3, 5, 3);
        long received = 0;
        for (Partition partition : registration.partitions().values()) {
            Path target = directoryOf(partition, directory);
            try (DumpPull pull = new DumpPull(
                    "master %s (port %d)"
                            .formatted(
                                    contact.source().endpoint(),
                                    port(contact, RSYNC_SERVICE_PORT).getPort()),
                    partition.slot(),
                    target,
                    () -> RsyncConnection.open(port(contact, RSYNC_SERVICE_PORT), local(contact)),
                    settings.pull(),
                    new Throttle(settings.bytesPerSecond()),
                    progress,
                    received)) {
                transfer = pull;
                positions.put(
                        partition.stream(),
                        pullOne(partition, pull, streamsNotListed).position());
                layout(streamsNotListed).check(target);
                directories.put(partition.stream(), target);
                received += pull.received();
                progress.transferring(received, 0);
            } finally {
                transfer = () -> {};
            }
        }
        return new ReceivedSnapshot(directories, positions);
    }

    /** A dump that the master has already is good enough, unless parts of it are gone. */
    private DumpInfo pullOne(Partition partition, DumpPull pull, boolean withStreams) throws InterruptedException {
        requestDump(partition, BinlogPosition.START);
        try {
            return pull.pull(withStreams);
        } catch (FerryException e) {
            if (e.code() != ErrorCode.SNAPSHOT_INCOMPLETE) {
                throw e;
            }
            requestDump(partition, FRESH);
            return pull.pull(withStreams);
        }
    }

    private DumpLayout layout(boolean withStreams) {
        if (contact.generation() == Generation.E) {
            return DumpLayout.byInstance(Math.max(1, registration.instances()));
        }
        return withStreams ? DumpLayout.byTypeWithStreams() : DumpLayout.byType();
    }

    private Path directoryOf(Partition partition, Path directory) {
        Path ofDatabase = directory.resolve(partition.slot().getDbName());
        return registration.sharded()
                ? ofDatabase.resolve(Integer.toString(partition.stream().slot()))
                : ofDatabase;
    }

    /** What the master's secret file holds: its requirepass, whether we were given one or not. */
    private Bytes rsyncSecret() {
        Optional<String> requirepass = contact.client().setting("requirepass");
        if (requirepass.isPresent() && requirepass.get().isEmpty()) {
            return RSYNC_SECRET_WITHOUT_PASSWORD;
        }
        return contact.source().password().orElse(RSYNC_SECRET_WITHOUT_PASSWORD);
    }

    /**
     * Has the master keep its binlog from here on. Up to 3.4 it would else purge it during a long transfer: only what a
     * slave that follows has not acknowledged is safe (replication.md §4.2). So we follow, and acknowledge nothing.
     */
    private void hold(Partition partition) throws InterruptedException {
        if (!canRemove() || partition.use() == Partition.Use.HOLD) {
            return;
        }
        InnerResponse.TrySync probe = link.ask(
                        link.requests().trySync(partition.slot(), Registration.BEYOND_EVERYTHING), partition)
                .getTrySync();
        if (!probe.hasBinlogOffset()) {
            return;
        }
        BinlogPosition end = partition.position(probe.getBinlogOffset());
        InnerResponse reply = link.ask(link.requests().trySync(partition.slot(), end), partition);
        if (reply.getTrySync().getReplyCode() != InnerResponse.TrySync.ReplyCode.OK
                || !reply.getTrySync().hasSessionId()) {
            return;
        }
        int session = reply.getTrySync().getSessionId();
        partition.opened(session);
        partition.hold();
        link.tell(link.requests().firstSend(partition.slot(), session, end));
    }

    private void requestDump(Partition partition, BinlogPosition from) throws InterruptedException {
        InnerResponse reply = link.ask(link.requests().dbSync(partition.slot(), from), partition);
        if (reply.getCode() != StatusCode.OK || !reply.getDbSync().hasSessionId()) {
            throw refused(partition, "a dump", reply);
        }
        partition.opened(reply.getDbSync().getSessionId());
    }

    // ---- the stream

    @Override
    public ReplicationSession follow(Map<StreamId, BinlogPosition> from) throws InterruptedException {
        if (follower != null) {
            throw new IllegalStateException("a master is followed once");
        }
        Map<StreamId, Partition> followed = new HashMap<>();
        Map<StreamId, LogContinuity> logs = new HashMap<>();
        for (StreamId stream : from.keySet()) {
            Partition partition = registration.partitions().get(stream);
            if (partition == null) {
                throw new FerryException(
                        ErrorCode.SOURCE_REFUSED,
                        "master %s has no stream %s".formatted(contact.source().endpoint(), stream));
            }
            followed.put(stream, partition);
            logs.put(stream, new LogContinuity(stream, from.get(stream), contact.generation() != Generation.C));
        }
        for (Partition partition : followed.values()) {
            if (partition.use() == Partition.Use.HOLD) {
                link.retire(partition);
                link.ask(link.requests().removeSlaveNode(partition.slot()), partition);
            }
            trySync(partition, from.get(partition.stream()));
        }
        follower = new BinlogFollower(link, followed, logs, settings.followBytes());
        link.deliverTo(follower);
        for (Partition partition : followed.values()) {
            int session = partition.session().orElseThrow();
            partition.follow();
            link.tell(link.requests().firstSend(partition.slot(), session, from.get(partition.stream())));
        }
        return follower;
    }

    private void trySync(Partition partition, BinlogPosition from) throws InterruptedException {
        InnerResponse reply = link.ask(link.requests().trySync(partition.slot(), from), partition);
        InnerResponse.TrySync answer = reply.getTrySync();
        if (reply.getCode() != StatusCode.OK || !answer.hasReplyCode()) {
            throw refused(partition, "to be followed", reply);
        }
        String where = "position %s of %s at master %s, whose log ends at %s"
                .formatted(
                        from,
                        partition.stream(),
                        contact.source().endpoint(),
                        answer.hasBinlogOffset()
                                ? partition.position(answer.getBinlogOffset())
                                : "a place it does not tell");
        switch (answer.getReplyCode()) {
            case OK -> {
                if (!answer.hasSessionId()) {
                    throw refused(partition, "to be followed", reply);
                }
                partition.opened(answer.getSessionId());
            }
            case SYNC_POINT_BE_PURGED -> throw new FerryException(
                    ErrorCode.BINLOG_PURGED, "the binlog is purged at " + where);
            case SYNC_POINT_LARGER -> throw new FerryException(
                    ErrorCode.SOURCE_WENT_BACK, "the binlog does not reach " + where);
            case ERROR -> throw new FerryException(
                    ErrorCode.BINLOG_CORRUPT, "the binlog has no border of an item at " + where);
        }
    }

    private FerryException refused(Partition partition, String what, InnerResponse reply) {
        return new FerryException(
                ErrorCode.SOURCE_REFUSED,
                "master %s refuses %s of %s: %s"
                        .formatted(
                                contact.source().endpoint(),
                                what,
                                partition.stream(),
                                reply.getReply().isEmpty() ? "no reason given" : reply.getReply()));
    }

    // ---- questions

    /** Empty for a slot whose end the master's client port does not tell. */
    @Override
    public Map<StreamId, BinlogPosition> producerPositions() {
        Map<StreamId, BinlogPosition> ends = new HashMap<>();
        for (String section : List.of("replication", "log")) {
            ProducerPositions.in(contact.client().info(section)).forEach(ends::putIfAbsent);
            if (ends.keySet().containsAll(info.streams())) {
                break;
            }
        }
        if (registration.sharded() && contact.client().call("PKCLUSTER", "INFO", "SLOT") instanceof Reply.Bulk text) {
            ends.putAll(ProducerPositions.in(ServerInfo.parse(text.value().asUtf8())));
        }
        ends.keySet().retainAll(info.streams());
        if (ends.isEmpty()) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "master %s does not tell where its binlog ends"
                            .formatted(contact.source().endpoint()));
        }
        return ends;
    }

    // ---- the end

    private boolean canRemove() {
        PikaVersion version = contact.version();
        return version.atLeast(3, 1, 1); // 3.1.0 does not know the request and closes the connection
    }

    @Override
    public Optional<String> setting(String name) {
        return contact.client().setting(name);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (canRemove() && !link.hasEnded()) {
            sayGoodbye();
        }
        link.close();
        try {
            transfer.close();
        } catch (Exception e) {
            throw new FerryException(ErrorCode.INTERNAL, "cannot end a full sync: " + e, e);
        } finally {
            lease.close();
            contact.client().close();
        }
    }

    private void sayGoodbye() {
        List<CompletableFuture<InnerResponse>> answers = new ArrayList<>();
        for (Partition partition : registration.partitions().values()) {
            if (partition.session().isPresent()) {
                partition.retired();
                answers.add(link.send(link.requests().removeSlaveNode(partition.slot()), Optional.of(partition)));
            }
        }
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                    .get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // the master forgets us when the connection closes, too
        }
    }

    @Override
    public String toString() {
        return "Pika %s at %s, known there as %s:%d"
                .formatted(
                        info.version(),
                        contact.source().endpoint(),
                        contact.slave().advertised().getHostAddress().toLowerCase(Locale.ROOT),
                        lease.base());
    }
}
