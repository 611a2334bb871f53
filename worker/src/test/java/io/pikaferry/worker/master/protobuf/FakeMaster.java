package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.RespServer;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.BinlogOffset;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Node;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A Pika 3.1 – 4.0 as a slave sees it on the replication port, with its window: what it sends and when, which
 * acknowledgements it takes, when it forgets a slave (replication.md §3.2, §5.3). Its logs are given. Dumps are another
 * matter: {@link FakeRsyncService}, {@link #onDumpRequest}.
 *
 * <p>Threads: one lock for everything; a ticker reads logs that were written to, pings and forgets.
 */
final class FakeMaster implements AutoCloseable {

    /** How a slave's node looks at the master. */
    private static final class SlaveNode {
        private final Slot slot;
        private final int session;
        private final Connection connection;
        private boolean reads;
        private int next; // entry to read
        private BinlogPosition sent = BinlogPosition.START;
        private BinlogPosition acked = BinlogPosition.START;
        private final ArrayDeque<BinlogPosition> window = new ArrayDeque<>();
        private final Set<BinlogPosition> ackedInWindow = new HashSet<>();
        private long heardAt = System.nanoTime();
        private long spokenAt = System.nanoTime();

        SlaveNode(Slot slot, int session, Connection connection) {
            this.slot = slot;
            this.session = session;
            this.connection = connection;
        }
    }

    private static final int BATCH = 100;

    private final PikaVersion version;
    private final int port;
    private final ServerSocket replication;
    private final RespServer client;
    private final Thread ticker;

    private final Map<StreamId, FakeLog> logs = new LinkedHashMap<>();
    private final Map<String, Connection> registered = new HashMap<>(); // by node
    private final Map<String, SlaveNode> nodes = new HashMap<>(); // by node and slot
    private final Map<String, Integer> sessions = new HashMap<>(); // by slot
    private final List<InnerRequest> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final List<InnerRequest.DBSync> dumpRequests = new CopyOnWriteArrayList<>();

    private volatile Optional<Bytes> password = Optional.empty();
    private volatile int window = 9000;
    private volatile long pingNanos = TimeUnit.MILLISECONDS.toNanos(200);
    private volatile long forgetNanos = TimeUnit.SECONDS.toNanos(20);
    private volatile int slots = 1;
    private volatile Function<Slot, Boolean> here = slot -> true;
    private volatile UnaryOperator<InnerResponse> mangle = response -> response;
    private volatile Optional<InnerResponse.MetaSync> recordedRegistration = Optional.empty();
    private volatile boolean refuseAsExisting;
    private volatile Consumer<InnerRequest.DBSync> onDumpRequest = request -> {};
    private volatile boolean closed;

    private FakeMaster(PikaVersion version, int port, ServerSocket replication) {
        this.version = version;
        this.port = port;
        this.replication = replication;
        this.client = new RespServer(port, this::answer);
        daemon(this::accept);
        this.ticker = daemon(this::tick);
    }

    static FakeMaster start(String version) {
        int port = freePort();
        try {
            return new FakeMaster(
                    PikaVersion.parse(version),
                    port,
                    new ServerSocket(port + 2000, 50, InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a master, with those that are derived from it. */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try {
                for (int derived : new int[] {port, port + 2000, port + 10_001}) {
                    new ServerSocket(derived, 50, InetAddress.getLoopbackAddress()).close();
                }
                return port;
            } catch (IOException e) {
                // taken: another
            }
        }
    }

    // ---- how it shall be

    FakeMaster with(StreamId stream, FakeLog log) {
        synchronized (this) {
            logs.put(stream, log);
        }
        return this;
    }

    FakeMaster withPassword(String password) {
        this.password = Optional.of(Bytes.utf8(password));
        return this;
    }

    FakeMaster withWindow(int items) {
        window = items;
        return this;
    }

    FakeMaster pingingEvery(long millis) {
        pingNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        return this;
    }

    FakeMaster forgettingAfter(long millis) {
        forgetNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        return this;
    }

    /** In sharding mode, with those slots that are here. */
    FakeMaster shardedInto(int slots, Function<Slot, Boolean> here) {
        this.slots = slots;
        this.here = here;
        return this;
    }

    /** Answers MetaSync as a real one did. */
    FakeMaster introducedAs(InnerResponse.MetaSync registration) {
        recordedRegistration = Optional.of(registration);
        return this;
    }

    /** Changes what is sent. */
    void mangle(UnaryOperator<InnerResponse> mangle) {
        this.mangle = mangle;
    }

    void refuseAsExisting(boolean refuse) {
        refuseAsExisting = refuse;
    }

    /** Called in the master's thread. */
    void onDumpRequest(Consumer<InnerRequest.DBSync> action) {
        onDumpRequest = action;
    }

    // ---- what it saw

    SourceAccess access() {
        return new SourceAccess(new Endpoint("127.0.0.1", port), password);
    }

    int port() {
        return port;
    }

    List<InnerRequest> requests() {
        return requests;
    }

    List<InnerRequest> requests(Type type) {
        return requests.stream().filter(request -> request.getType() == type).toList();
    }

    /** For what it closed connections. */
    List<String> complaints() {
        return complaints;
    }

    List<InnerRequest.DBSync> dumpRequests() {
        return dumpRequests;
    }

    FakeLog log(StreamId stream) {
        synchronized (this) {
            return logs.get(stream);
        }
    }

    synchronized int slaveNodes() {
        return nodes.size();
    }

    synchronized int registeredSlaves() {
        return registered.size();
    }

    /** Up to where everything is acknowledged; empty if nobody follows. */
    synchronized Optional<BinlogPosition> acked(StreamId stream) {
        return nodes.values().stream()
                .filter(node -> node.reads && Transcript.stream(node.slot).equals(stream))
                .map(node -> node.acked)
                .findFirst();
    }

    void dropConnections() {
        connections.forEach(Connection::close);
    }

    // ---- the client port

    private String answer(List<String> request) {
        Map<String, String> settings = new HashMap<>(Map.of("write-binlog", "yes"));
        settings.put("requirepass", password.map(Bytes::asUtf8).orElse(""));
        if (request.get(0).equals("AUTH")) {
            return password.map(
                            wanted -> wanted.asUtf8().equals(request.get(1)) ? "+OK\r\n" : "-ERR invalid password\r\n")
                    .orElse("-ERR Client sent AUTH, but no password is set\r\n");
        }
        return RespServer.master(info(), settings).apply(request);
    }

    private synchronized String info() {
        StringBuilder info = new StringBuilder("# Server\r\npika_version:" + version + "\r\nrole:master\r\n");
        logs.forEach((stream, log) -> info.append("db%d%sbinlog_offset=%d %d,safety_purge=none\r\n"
                .formatted(
                        stream.db(),
                        version.atLeast(3, 5, 0) ? ":" : " ",
                        log.end().filenum(),
                        log.end().offset())));
        return info.toString();
    }

    // ---- the replication port

    private final class Connection {
        private final Socket socket;
        private final BlockingQueue<byte[]> output = new LinkedBlockingQueue<>();

        Connection(Socket socket) {
            this.socket = socket;
        }

        void serve() {
            try (InputStream in = new BufferedInputStream(socket.getInputStream())) {
                FrameInput frames = new FrameInput(in, FrameInput.PIKA_LIMIT);
                for (var frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                    handle(
                            InnerRequest.newBuilder()
                                    .mergeFrom(
                                            CodedInputStream.newInstance(frame.get()),
                                            ExtensionRegistryLite.getEmptyRegistry())
                                    .build(),
                            this);
                }
            } catch (IOException e) {
                // the slave is gone
            }
            gone(this);
        }

        /** Never waits: a real master's output is a buffer. */
        void send(InnerResponse.Builder response) {
            output.add(Frames.of(mangle.apply(response.build())));
        }

        void write() {
            try {
                while (true) {
                    socket.getOutputStream().write(output.take());
                }
            } catch (IOException | InterruptedException e) {
                close();
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Connection connection = new Connection(replication.accept());
                connections.add(connection);
                daemon(connection::serve);
                daemon(connection::write);
            } catch (IOException e) {
                return;
            }
        }
    }

    private void handle(InnerRequest request, Connection connection) {
        requests.add(request);
        switch (request.getType()) {
            case META_SYNC -> connection.send(metaSync(request.getMetaSync(), connection));
            case TRY_SYNC -> connection.send(trySync(request.getTrySync(), connection));
            case DB_SYNC -> connection.send(dbSync(request.getDbSync(), connection));
            case BINLOG_SYNC -> binlogSync(request.getBinlogSync(), connection);
            case REMOVE_SLAVE_NODE -> connection.send(remove(request.getRemoveSlaveNode(0)));
        }
    }

    private synchronized InnerResponse.Builder metaSync(InnerRequest.MetaSync request, Connection connection) {
        InnerResponse.Builder response = InnerResponse.newBuilder().setType(Type.META_SYNC);
        if (password.isPresent()
                && !password.get().equals(Bytes.owning(request.getAuth().toByteArray()))) {
            return response.setCode(StatusCode.ERROR).setReply("Auth with master error, Invalid masterauth");
        }
        String node = name(request.getNode());
        if (refuseAsExisting || registered.containsKey(node)) {
            return response.setCode(version.atLeast(3, 3, 4) ? StatusCode.OTHER : StatusCode.ERROR)
                    .setReply("Slave AlreadyExist");
        }
        registered.put(node, connection);
        return response.setCode(StatusCode.OK).setMetaSync(recordedRegistration.orElseGet(this::registration));
    }

    private InnerResponse.MetaSync registration() {
        InnerResponse.MetaSync.Builder meta =
                InnerResponse.MetaSync.newBuilder().setClassicMode(slots == 1);
        logs.keySet().stream().map(StreamId::db).distinct().forEach(db -> {
            InnerResponse.MetaSync.DBInfo.Builder info = InnerResponse.MetaSync.DBInfo.newBuilder()
                    .setDbName("db" + db)
                    .setSlotNum(slots);
            if (version.atLeast(4, 0, 0)) {
                info.setDbInstanceNum(3);
            }
            meta.addDbsInfo(info);
        });
        if (version.atLeast(3, 5, 1)) {
            meta.setRunId("run").setReplicationId("data-set-1");
        }
        return meta.build();
    }

    private synchronized InnerResponse.Builder trySync(InnerRequest.TrySync request, Connection connection) {
        InnerResponse.Builder response = InnerResponse.newBuilder().setType(Type.TRY_SYNC);
        FakeLog log = logs.get(Transcript.stream(request.getSlot()));
        InnerResponse.TrySync.Builder answer = InnerResponse.TrySync.newBuilder()
                .setReplyCode(InnerResponse.TrySync.ReplyCode.ERROR)
                .setSlot(request.getSlot());
        if (log == null || !here.apply(request.getSlot())) {
            response.setCode(StatusCode.ERROR).setReply("Partition not found");
            return version.atLeast(3, 2, 0) ? response.setTrySync(answer) : response;
        }
        BinlogPosition from = Transcript.position(request.getBinlogOffset());
        answer.setBinlogOffset(offset(log.end()));
        if (from.isAfter(log.end())) {
            answer.setReplyCode(InnerResponse.TrySync.ReplyCode.SYNC_POINT_LARGER);
        } else if (log.isPurged(from)) {
            answer.setReplyCode(InnerResponse.TrySync.ReplyCode.SYNC_POINT_BE_PURGED);
        } else if (version.below(3, 2, 3) || log.isBorder(from)) {
            answer.setReplyCode(InnerResponse.TrySync.ReplyCode.OK)
                    .setSessionId(node(request.getNode(), request.getSlot(), connection).session);
        }
        return response.setCode(StatusCode.OK).setTrySync(answer);
    }

    private InnerResponse.Builder dbSync(InnerRequest.DBSync request, Connection connection) {
        if (log(Transcript.stream(request.getSlot())) == null) {
            complain(connection, "a dump of an unknown database: this would have been the end");
        }
        dumpRequests.add(request);
        int session;
        synchronized (this) {
            session = node(request.getNode(), request.getSlot(), connection).session;
        }
        onDumpRequest.accept(request);
        return InnerResponse.newBuilder()
                .setType(Type.DB_SYNC)
                .setCode(StatusCode.OK)
                .setDbSync(InnerResponse.DBSync.newBuilder()
                        .setSlot(request.getSlot())
                        .setSessionId(session));
    }

    private synchronized void binlogSync(InnerRequest.BinlogSync request, Connection connection) {
        Slot slot = Slot.newBuilder()
                .setDbName(request.getDbName())
                .setSlotId(request.getSlotId())
                .build();
        SlaveNode node = nodes.get(name(request.getNode()) + name(slot));
        if (node == null || node.session != request.getSessionId()) {
            if (version.below(3, 2, 0)) {
                complain(connection, "session " + request.getSessionId());
            }
            return;
        }
        node.heardAt = System.nanoTime();
        BinlogPosition start = Transcript.position(request.getAckRangeStart());
        BinlogPosition end = Transcript.position(request.getAckRangeEnd());
        if (request.getFirstSend()) {
            if (!start.equals(end) || node.reads) {
                complain(connection, "first_send");
                return;
            }
            node.reads = true;
            node.sent = start;
            node.acked = start;
            node.next = logs.get(Transcript.stream(slot)).indexAfter(start);
            read(node);
        } else if (start.equals(BinlogPosition.START) && end.equals(BinlogPosition.START)) {
            return;
        } else if (!update(node, start, end)) {
            complain(connection, "an ack of " + start + " to " + end);
        } else {
            read(node);
        }
    }

    /** Marks the range, then moves over the acknowledged beginning. */
    private static boolean update(SlaveNode node, BinlogPosition start, BinlogPosition end) {
        boolean within = false;
        List<BinlogPosition> range = new ArrayList<>();
        for (BinlogPosition item : node.window) {
            within |= item.equals(start);
            if (within) {
                range.add(item);
            }
            if (item.equals(end)) {
                break;
            }
        }
        if (range.isEmpty() || !range.get(range.size() - 1).equals(end)) {
            return false;
        }
        node.ackedInWindow.addAll(range);
        while (!node.window.isEmpty() && node.ackedInWindow.remove(node.window.peekFirst())) {
            node.acked = node.window.removeFirst();
        }
        return true;
    }

    /** Up to the free window; sends in messages of at most 100 items. */
    private void read(SlaveNode node) {
        FakeLog log = logs.get(Transcript.stream(node.slot));
        InnerResponse.Builder message = message();
        while (node.next < log.size() && node.window.size() < window) {
            FakeLog.Entry entry = log.entry(node.next++);
            node.window.addLast(entry.end());
            node.sent = entry.end();
            message.addBinlogSync(InnerResponse.BinlogSync.newBuilder()
                    .setSlot(node.slot)
                    .setBinlogOffset(offset(entry.end()))
                    .setBinlog(entry.bytes())
                    .setSessionId(node.session));
            if (message.getBinlogSyncCount() == BATCH) {
                node.connection.send(message);
                message = message();
            }
        }
        if (message.getBinlogSyncCount() > 0) {
            node.connection.send(message);
        }
        node.spokenAt = System.nanoTime();
    }

    private static InnerResponse.Builder message() {
        return InnerResponse.newBuilder().setType(Type.BINLOG_SYNC).setCode(StatusCode.OK);
    }

    private synchronized InnerResponse.Builder remove(InnerRequest.RemoveSlaveNode request) {
        if (nodes.remove(name(request.getNode()) + name(request.getSlot())) == null) {
            complaints.add("the removal of a node that is not there");
        }
        return InnerResponse.newBuilder()
                .setType(Type.REMOVE_SLAVE_NODE)
                .setCode(StatusCode.OK)
                .addRemoveSlaveNode(InnerResponse.RemoveSlaveNode.newBuilder()
                        .setNode(request.getNode())
                        .setSlot(request.getSlot()));
    }

    private SlaveNode node(Node slave, Slot slot, Connection connection) {
        return nodes.computeIfAbsent(
                name(slave) + name(slot),
                any -> new SlaveNode(slot, sessions.merge(name(slot), 0, (old, zero) -> old + 1), connection));
    }

    private void tick() {
        while (!closed) {
            synchronized (this) {
                long now = System.nanoTime();
                nodes.values().removeIf(node -> now - node.heardAt > forgetNanos);
                for (SlaveNode node : nodes.values()) {
                    if (node.reads && node.sent.equals(node.acked)) {
                        int before = node.next;
                        long spoken = node.spokenAt;
                        read(node);
                        node.spokenAt = node.next == before ? spoken : node.spokenAt;
                    }
                    if (now - node.spokenAt > pingNanos && node.sent.equals(node.acked)) {
                        node.spokenAt = now;
                        node.connection.send(message()
                                .addBinlogSync(InnerResponse.BinlogSync.newBuilder()
                                        .setSlot(node.slot)
                                        .setBinlogOffset(offset(BinlogPosition.START))
                                        .setBinlog(ByteString.EMPTY)
                                        .setSessionId(node.session)));
                    }
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private synchronized void gone(Connection connection) {
        connection.close();
        registered.entrySet().removeIf(entry -> {
            boolean its = entry.getValue() == connection;
            if (its) {
                nodes.keySet().removeIf(node -> node.startsWith(entry.getKey()));
            }
            return its;
        });
    }

    private void complain(Connection connection, String about) {
        complaints.add(about);
        connection.close();
    }

    static BinlogOffset offset(BinlogPosition position) {
        return BinlogOffset.newBuilder()
                .setFilenum((int) position.filenum())
                .setOffset(position.offset())
                .build();
    }

    private static String name(Node node) {
        return node.getIp() + ":" + node.getPort() + "/";
    }

    private static String name(Slot slot) {
        return slot.getDbName() + "." + slot.getSlotId();
    }

    private static Thread daemon(Runnable body) {
        Thread thread = new Thread(body, "fake-master");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        closed = true;
        ticker.interrupt();
        client.close();
        try {
            replication.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dropConnections();
    }
}
