package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import jdk.net.ExtendedSocketOptions;

/**
 * The one connection to a master's port + 2000, for all its streams: requests and their replies, the items of the
 * binlogs, and what keeps the master from forgetting us.
 *
 * <p>Threads: any thread may call. The <em>reader</em> takes what the master sends, and waits in {@link ItemSink#item}
 * while nobody wants items; then nothing is read at all and the master waits. The <em>keeper</em> sends
 * acknowledgements, answers pings and gives signs of life, so that these never depend on the reader or on a caller.
 *
 * <p>Failure: the first thing that goes wrong ends the link. Whoever waits for a reply and the sink are told; nothing
 * reconnects.
 */
final class MasterLink implements AutoCloseable {

    /** Where items go. Called by the reader only. */
    interface ItemSink {

        /** An item of a stream that is followed. May wait. */
        void item(Partition partition, InnerResponse.BinlogSync item) throws InterruptedException;

        /** There will be no more. */
        void ended(FerryException why);
    }

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Acknowledgements of one stream that come within that time go out as one. */
    private static final Duration ACK_PACE = Duration.ofMillis(1);

    private static final Duration QUIET = Duration.ofMillis(50);

    private final String name;
    private final Requests requests;
    private final Patience patience;
    private final Socket socket;
    private final Thread reader;
    private final Thread keeper;
    private final Object outgoing = new Object(); // guards the socket's output
    private final Signal work = new Signal();

    private final Map<Slot, Partition> partitions = new HashMap<>(); // guarded by itself
    private final Map<Expected, CompletableFuture<InnerResponse>> awaited = new HashMap<>(); // guarded by itself
    private final AtomicReference<FerryException> end = new AtomicReference<>();
    private volatile ItemSink sink = new Nobody();
    private volatile boolean readerWaits;

    private MasterLink(String name, Requests requests, Patience patience, Socket socket) {
        this.name = name;
        this.requests = requests;
        this.patience = patience;
        this.socket = socket;
        this.reader = new Thread(this::read, "replication-reader " + name);
        this.keeper = new Thread(this::keep, "replication-keeper " + name);
        reader.setDaemon(true);
        keeper.setDaemon(true);
    }

    /**
     * @param name of the master in messages
     * @param local the address of ours that the master shall see
     */
    static MasterLink open(
            String name, InetSocketAddress address, Optional<InetAddress> local, Requests requests, Patience patience) {
        Socket socket = new Socket();
        try {
            if (local.isPresent()) {
                socket.bind(new InetSocketAddress(local.get(), 0));
            }
            socket.setTcpNoDelay(true);
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
            }
            socket.connect(address, Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
        } catch (IOException | RuntimeException e) {
            closeQuietly(socket);
            throw new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "cannot connect to the replication port %d of %s: %s"
                            .formatted(address.getPort(), name, e.getMessage()),
                    e);
        }
        MasterLink link = new MasterLink(name, requests, patience, socket);
        link.reader.start();
        link.keeper.start();
        return link;
    }

    Requests requests() {
        return requests;
    }

    InetAddress localAddress() {
        return socket.getLocalAddress();
    }

    /** From now on replies and items may speak of that stream. */
    void know(Partition partition) {
        synchronized (partitions) {
            partitions.put(partition.slot(), partition);
        }
    }

    /** Items of streams that are followed go there from now on. */
    void deliverTo(ItemSink taker) {
        sink = taker;
        FerryException ended = end.get();
        if (ended != null) {
            taker.ended(ended);
        }
    }

    /** Something may have become due: an acknowledgement. */
    void wakeKeeper() {
        work.raise();
    }

    /** The answer to a request that is not about a stream. */
    InnerResponse ask(InnerRequest request) throws InterruptedException {
        return await(send(request, Optional.empty()));
    }

    /** The answer to a request about that stream. */
    InnerResponse ask(InnerRequest request, Partition partition) throws InterruptedException {
        return await(send(request, Optional.of(partition)));
    }

    /** Sends a request; its answer may be overtaken by those to later ones (replication.md §3.2.1). */
    CompletableFuture<InnerResponse> send(InnerRequest request, Optional<Partition> partition) {
        CompletableFuture<InnerResponse> answer = new CompletableFuture<>();
        Expected expected = new Expected(request.getType(), partition.map(Partition::stream));
        synchronized (awaited) {
            awaited.put(expected, answer);
        }
        FerryException ended = end.get();
        if (ended != null) {
            answer.completeExceptionally(ended);
        } else {
            tell(request);
        }
        return answer;
    }

    InnerResponse await(CompletableFuture<InnerResponse> answer) throws InterruptedException {
        try {
            return answer.get(patience.reply().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "%s gave no answer on its replication port within %d s"
                            .formatted(name, patience.reply().toSeconds()),
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FerryException ferry
                    ? new FerryException(ferry.code(), ferry.getMessage(), ferry)
                    : new FerryException(ErrorCode.INTERNAL, "a reply was lost", e);
        }
    }

    /**
     * Nothing more is sent about the stream's session from now on; the master may be asked to forget it when what was
     * sent before has been worked off, for which it has several threads. 3.1 closes the connection on a sign of life
     * for a session that it no longer has.
     */
    void retire(Partition partition) throws InterruptedException {
        synchronized (outgoing) {
            partition.retired();
        }
        TimeUnit.NANOSECONDS.sleep(QUIET.toNanos());
    }

    /** Sends what has no answer. */
    void tell(InnerRequest request) {
        write(Frames.of(request));
    }

    private void write(byte[] frames) {
        synchronized (outgoing) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(frames);
            } catch (IOException e) {
                end(new FerryException(
                        ErrorCode.SOURCE_UNREACHABLE, "%s: cannot send: %s".formatted(name, e.getMessage()), e));
            }
        }
    }

    // ---- the reader

    private void read() {
        try {
            FrameInput frames =
                    new FrameInput(new BufferedInputStream(socket.getInputStream(), 64 * 1024), FrameInput.PIKA_LIMIT);
            ResponseReader responses = new ResponseReader(this::takeItem);
            while (true) {
                Optional<InputStream> frame = frames.next();
                if (frame.isEmpty()) {
                    end(unreachable("%s closed the replication connection".formatted(name), null));
                    return;
                }
                takeReply(responses.read(frame.get()));
            }
        } catch (InterruptedException e) {
            end(closed());
        } catch (FerryException e) {
            end(e);
        } catch (InvalidProtocolBufferException | FrameInput.OversizedFrame e) {
            end(new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "%s sends what is no replication message: %s".formatted(name, e.getMessage()),
                    e));
        } catch (IOException e) {
            end(unreachable("%s: the replication connection broke: %s".formatted(name, e.getMessage()), e));
        } catch (RuntimeException e) {
            end(new FerryException(ErrorCode.INTERNAL, "cannot read what %s sends: %s".formatted(name, e), e));
        }
    }

    private void takeItem(InnerResponse.BinlogSync item) throws InterruptedException {
        Partition partition = partition(item.getSlot())
                .orElseThrow(() -> new FerryException(
                        ErrorCode.SOURCE_PROTOCOL, "%s sends items of a stream it did not announce".formatted(name)));
        if (partition.isRetired(item.getSessionId())) {
            return;
        }
        if (partition.session().isEmpty() || partition.session().getAsInt() != item.getSessionId()) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "%s sends items of %s for session %d, ours is %s"
                            .formatted(name, partition.stream(), item.getSessionId(), partition.session()));
        }
        boolean ping = item.getBinlog().isEmpty();
        partition.heard(ping);
        if (ping) {
            work.raise();
        } else if (partition.use() == Partition.Use.FOLLOW) {
            readerWaits = true;
            try {
                sink.item(partition, item);
            } finally {
                readerWaits = false;
                partition.heard(false);
            }
        }
    }

    private void takeReply(InnerResponse reply) {
        if (!reply.hasType() || reply.getType() == Type.BINLOG_SYNC) {
            return;
        }
        Optional<StreamId> stream = slot(reply).flatMap(this::partition).map(Partition::stream);
        CompletableFuture<InnerResponse> answer;
        synchronized (awaited) {
            answer = awaited.remove(new Expected(reply.getType(), stream));
            if (answer == null && stream.isEmpty()) {
                answer = onlyOneOf(reply.getType());
            }
        }
        if (answer != null) {
            answer.complete(reply);
        }
    }

    /** 3.1 refuses a stream without saying which; there requests go one by one. */
    private CompletableFuture<InnerResponse> onlyOneOf(Type type) {
        List<Expected> ofType = awaited.keySet().stream()
                .filter(expected -> expected.type() == type)
                .toList();
        return ofType.size() == 1 ? awaited.remove(ofType.get(0)) : null;
    }

    private Optional<Partition> partition(Slot slot) {
        synchronized (partitions) {
            return Optional.ofNullable(partitions.get(
                    slot.hasSlotId() ? slot : slot.toBuilder().setSlotId(0).build()));
        }
    }

    private static Optional<Slot> slot(InnerResponse reply) {
        return switch (reply.getType()) {
            case TRY_SYNC -> reply.hasTrySync() ? Optional.of(reply.getTrySync().getSlot()) : Optional.empty();
            case DB_SYNC -> reply.hasDbSync() ? Optional.of(reply.getDbSync().getSlot()) : Optional.empty();
            case REMOVE_SLAVE_NODE -> reply.getRemoveSlaveNodeCount() > 0
                    ? Optional.of(reply.getRemoveSlaveNode(0).getSlot())
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    // ---- the keeper

    private void keep() {
        long pause = Math.min(
                patience.zeroAck().toNanos(), Math.min(patience.silence().toNanos() / 4, 1_000_000_000L));
        try {
            while (end.get() == null) {
                work.await(pause);
                sendWhatIsDue();
                failIfSilent();
                TimeUnit.NANOSECONDS.sleep(ACK_PACE.toNanos());
            }
        } catch (InterruptedException e) {
            // the link is closed
        } catch (RuntimeException e) {
            end(new FerryException(ErrorCode.INTERNAL, "cannot acknowledge to %s: %s".formatted(name, e), e));
        }
    }

    private void sendWhatIsDue() {
        synchronized (outgoing) { // so that nothing is said about a session that is retired meanwhile
            ByteArrayOutputStream due = new ByteArrayOutputStream();
            for (Partition partition : knownPartitions()) {
                partition.session().ifPresent(session -> addWhatIsDue(partition, session, due));
            }
            if (due.size() > 0) {
                write(due.toByteArray());
            }
        }
    }

    private void addWhatIsDue(Partition partition, int session, ByteArrayOutputStream due) {
        Optional<AckWindow.Range> ack =
                partition.use() == Partition.Use.FOLLOW ? partition.window().takeAck() : Optional.empty();
        if (ack.isPresent()) {
            due.writeBytes(Frames.of(requests.ack(partition.slot(), session, ack.get())));
            partition.acked();
        } else if (partition.owesSignOfLife(patience.zeroAck().toNanos())) {
            due.writeBytes(Frames.of(requests.zeroAck(partition.slot(), session)));
            partition.spoke();
        }
    }

    private void failIfSilent() {
        if (readerWaits) {
            return;
        }
        for (Partition partition : knownPartitions()) {
            if (partition.isSilent(patience.silence().toNanos())) {
                end(unreachable(
                        "%s sent nothing for %s, not even a ping, for %d s"
                                .formatted(
                                        name,
                                        partition.stream(),
                                        patience.silence().toSeconds()),
                        null));
            }
        }
    }

    private List<Partition> knownPartitions() {
        synchronized (partitions) {
            return List.copyOf(partitions.values());
        }
    }

    // ---- the end

    private void end(FerryException why) {
        if (!end.compareAndSet(null, why)) {
            return;
        }
        closeQuietly(socket);
        List<CompletableFuture<InnerResponse>> waiting;
        synchronized (awaited) {
            waiting = List.copyOf(awaited.values());
            awaited.clear();
        }
        waiting.forEach(answer -> answer.completeExceptionally(why));
        work.raise();
        sink.ended(why);
    }

    boolean hasEnded() {
        return end.get() != null;
    }

    /** Throws what ended the link, if that happened. */
    void check() {
        FerryException ended = end.get();
        if (ended != null) {
            throw new FerryException(ended.code(), ended.getMessage(), ended);
        }
    }

    /** Says goodbye to no one: see {@link ProtobufMaster#close}. */
    @Override
    public void close() {
        end(closed());
        reader.interrupt();
        keeper.interrupt();
    }

    private FerryException closed() {
        return unreachable("the replication connection to %s was closed by us".formatted(name), null);
    }

    private static FerryException unreachable(String message, IOException cause) {
        return new FerryException(ErrorCode.SOURCE_UNREACHABLE, message, cause);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }

    /** What a reply belongs to. */
    private record Expected(Type type, Optional<StreamId> stream) {}

    /** Before somebody follows. */
    private static final class Nobody implements ItemSink {

        @Override
        public void item(Partition partition, InnerResponse.BinlogSync item) {
            throw new IllegalStateException("an item of " + partition.stream() + ", which nobody follows");
        }

        @Override
        public void ended(FerryException why) {
            // whoever asks next is told
        }
    }

    /** A flag to wait for. */
    private static final class Signal {

        private boolean raised;

        synchronized void raise() {
            raised = true;
            notifyAll();
        }

        /** Until it is raised, or the time is over; then it is down again. */
        synchronized void await(long nanos) throws InterruptedException {
            long until = System.nanoTime() + nanos;
            while (!raised) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            raised = false;
        }
    }
}
