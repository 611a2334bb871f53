package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.master.TransferProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A master of 2.3 or 3.0: one stream, and it dials back. */
public final class DialBackMaster implements Master {

    private static final long USUAL_FILE_SIZE = 100L << 20;

    private final Contact contact;
    private final DialBackTimings timings;
    private final ItemSpool.Limits limits;
    private final long fileSize;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<DialBackSession> sessions = ConcurrentHashMap.newKeySet();

    DialBackMaster(Contact contact, DialBackTimings timings, ItemSpool.Limits limits) {
        this.contact = contact;
        this.timings = timings;
        this.limits = limits;
        this.fileSize = fileSize(contact);
    }

    /** A {@link io.pikaferry.worker.master.Masters.Dialer}. */
    public static Master open(Contact contact) {
        return new DialBackMaster(contact, DialBackTimings.USUAL, ItemSpool.Limits.USUAL);
    }

    private static long fileSize(Contact contact) {
        String setting = contact.client()
                .setting("binlog-file-size")
                .orElse(Long.toString(USUAL_FILE_SIZE))
                .trim();
        try {
            return Long.parseLong(setting);
        } catch (NumberFormatException e) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "source %s has a binlog-file-size of '%s'"
                            .formatted(contact.source().endpoint(), setting),
                    e);
        }
    }

    @Override
    public SourceInfo info() {
        return new SourceInfo(contact.version(), contact.generation(), List.of(StreamId.ONLY), 1, Optional.empty());
    }

    @Override
    public ReceivedSnapshot takeSnapshot(Path directory, TransferProgress progress) throws InterruptedException {
        return new DumpReceiver(contact, timings, closed).receive(directory, progress);
    }

    @Override
    public ReplicationSession follow(Map<StreamId, BinlogPosition> from) {
        BinlogPosition position = from.get(StreamId.ONLY);
        if (position == null || from.size() != 1) {
            throw new IllegalArgumentException(
                    "a source of " + contact.version() + " has one stream, got " + from.keySet());
        }
        sessions.forEach(DialBackSession::close); // one slave, one stream
        sessions.clear();
        DialBackSession session = new DialBackSession(contact, timings, limits, fileSize, ownServerId(), position);
        sessions.add(session);
        session.start();
        if (closed.getCount() == 0) {
            session.close();
        }
        return session;
    }

    /** A slave logs the items of its master with that one's positions in them (replication.md §6.3): none to believe. */
    private long ownServerId() {
        return contact.info().value("role").filter("slave"::equals).isPresent()
                ? -1
                : contact.info().number("server_id").orElse(-1);
    }

    @Override
    public Map<StreamId, BinlogPosition> producerPositions() {
        return Map.of(StreamId.ONLY, ProducerStatus.ask(contact).end());
    }

    @Override
    public Optional<String> setting(String name) {
        return contact.client().setting(name);
    }

    @Override
    public void close() {
        closed.countDown();
        sessions.forEach(DialBackSession::close);
        contact.client().close();
    }
}
