package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PortRange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One registration at a master, from {@code trysync} until something ends it (replication.md §3.1, §8.3): a listener on
 * S+1000, a heartbeat, and exactly one connection that the master makes. Should it make a second one, it has given up the
 * first and lost what it wrote there last, and so everything ends.
 *
 * <p>Threads: one opens it and calls {@link #receive}; {@link #close} from any.
 */
final class BinlogRegistration implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BinlogRegistration.class);

    static final int LISTEN_OFFSET = 1000;

    private static final int BASES_TRIED = 5;
    private static final int RECEIVE_BUFFER = 4 << 20;
    private static final int AUTH_TIMEOUT_MILLIS = 5_000;
    private static final int LOOKS_WHILE_DEAD = 5;
    /** For so long a dump may come that was asked for by mistake. */
    private static final Duration DUMP_MAY_COME = Duration.ofHours(6);

    private final Contact contact;
    private final DialBackTimings timings;
    private final PortRange.Lease lease;
    private final ServerSocket listener;
    private final CompletableFuture<BinlogConnection> dialled = new CompletableFuture<>();
    private final AtomicReference<FerryException> failure = new AtomicReference<>();
    private volatile Heartbeat heartbeat; // there from the moment the master has accepted us
    private volatile long sid;
    private volatile String turnedAway = ""; // who, last of all, and why
    private volatile boolean closed;

    private BinlogRegistration(Contact contact, DialBackTimings timings, PortRange.Lease lease, ServerSocket listener) {
        this.contact = contact;
        this.timings = timings;
        this.lease = lease;
        this.listener = listener;
    }

    /**
     * Registers, from another base if a former session of ours is still remembered.
     *
     * @return empty if the master says InvalidOffset
     * @throws FerryException BINLOG_PURGED, SOURCE_BUSY, SOURCE_AUTH, SOURCE_UNREACHABLE, PORT_RANGE_EXHAUSTED …
     */
    static Optional<BinlogRegistration> open(Contact contact, DialBackTimings timings, BinlogPosition from) {
        for (int i = 0; i < BASES_TRIED; i++) {
            PortRange.Lease lease = contact.ports().lease(contact.slave().bind(), LISTEN_OFFSET);
            ServerSocket listener;
            try {
                listener = listen(contact, lease);
            } catch (IOException e) {
                lease.close(); // somebody was quicker
                continue;
            }
            BinlogRegistration registration = new BinlogRegistration(contact, timings, lease, listener);
            boolean accepted = false;
            try {
                Trysync.Answer answer = Trysync.ask(contact, lease.base(), from);
                accepted = answer.verdict() == Trysync.Verdict.ACCEPTED;
                switch (answer.verdict()) {
                    case ACCEPTED -> {
                        registration.start(answer.sid());
                        return Optional.of(registration);
                    }
                    case INVALID_OFFSET -> {
                        return Optional.empty();
                    }
                    case ALREADY_EXISTS -> log.info(
                            "source {} still holds a former session at {}",
                            contact.source().endpoint(),
                            lease);
                    case DUMP_FOLLOWS -> {
                        lease.close(DUMP_MAY_COME);
                        throw new FerryException(
                                ErrorCode.BINLOG_PURGED,
                                "source %s has no binlog file %d any more, in which position %s lies"
                                        .formatted(contact.source().endpoint(), from.filenum(), from));
                    }
                }
            } finally {
                if (!accepted) {
                    registration.close();
                }
            }
        }
        throw new FerryException(
                ErrorCode.SOURCE_BUSY,
                "source %s holds former sessions of ours at all of %d port bases"
                        .formatted(contact.source().endpoint(), BASES_TRIED));
    }

    private static ServerSocket listen(Contact contact, PortRange.Lease lease) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setReceiveBufferSize(RECEIVE_BUFFER);
            listener.bind(new InetSocketAddress(contact.slave().bind(), lease.port(LISTEN_OFFSET)));
            return listener;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    private void start(long acceptedSid) {
        sid = acceptedSid;
        heartbeat = new Heartbeat(contact, sid, timings, this::fail);
        heartbeat.start();
        Thread acceptor =
                new Thread(this::accept, "binlog-listener-" + contact.source().endpoint());
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        while (!closed) {
            try {
                greet(listener.accept());
            } catch (IOException e) {
                if (!closed) {
                    fail(new FerryException(
                            ErrorCode.SOURCE_UNREACHABLE, "cannot listen at " + listenAddress() + ": " + e, e));
                }
            }
        }
    }

    /** Anybody may connect; the master knows the session's number. */
    private void greet(Socket socket) {
        BinlogConnection connection = new BinlogConnection(socket, decoder());
        try {
            Optional<WireMessage> first = connection.next(AUTH_TIMEOUT_MILLIS);
            if (closed) {
                return;
            }
            if (first.isPresent() && first.get() instanceof WireMessage.Auth auth && auth.sid() == sid) {
                if (dialled.complete(connection)) {
                    connection = null;
                    return;
                }
                fail(new FerryException(
                        ErrorCode.SOURCE_UNREACHABLE,
                        "source %s dialled a second time: it gave up the first connection and may have lost what it wrote there"
                                .formatted(contact.source().endpoint())));
            } else {
                turnAway(connection, "it is of another session");
            }
        } catch (IOException e) {
            turnAway(connection, e.getMessage());
        } finally {
            if (connection != null) {
                connection.close();
            }
        }
    }

    private void turnAway(BinlogConnection connection, String why) {
        if (turnedAway.isEmpty()) {
            log.warn("a {} to {} was turned away: {}", connection, listenAddress(), why);
        }
        turnedAway = "; a " + connection + " was turned away: " + why;
    }

    private WireDecoder decoder() {
        return contact.generation() == Generation.A ? new RespStreamDecoder() : new FrameDecoder();
    }

    /**
     * Gives everything that arrives to the assembler, until it ends.
     *
     * <p>The connection tells nothing of its own death, as we never write to it, and the heartbeat is another one: so whoever
     * owes us bytes and sends none for long is taken for dead.
     *
     * @param producer is looked at when nothing arrives
     * @throws FerryException always
     */
    void receive(ItemAssembler assembler, ProducerWatch producer) throws InterruptedException {
        BinlogConnection connection = awaitConnection();
        SignsOfLife life = new SignsOfLife(timings.streamDead());
        Duration patience = timings.settle();
        long lastMessage = System.nanoTime();
        try {
            while (true) {
                Duration wait =
                        assembler.holds() ? patience : timings.streamDead().dividedBy(LOOKS_WHILE_DEAD);
                Optional<WireMessage> message = connection.next(Math.toIntExact(wait.toMillis()));
                if (message.isPresent()) {
                    if (!(message.get() instanceof WireItem item)) {
                        throw new MalformedStreamException("an auth in the middle");
                    }
                    assembler.add(item);
                    patience = timings.settle();
                    lastMessage = System.nanoTime();
                    continue;
                }
                boolean within = connection.isWithinMessage();
                if (!within) {
                    boolean silence =
                            System.nanoTime() - lastMessage > timings.poll().toNanos();
                    patience = producer.lookAt(assembler, silence) ? longer(patience) : patience;
                }
                Optional<BinlogPosition> ahead = producer.ahead(assembler);
                if (life.areMissing(connection.received(), within || ahead.isPresent(), System.nanoTime())) {
                    throw dead(assembler.end(), ahead);
                }
            }
        } catch (MalformedStreamException e) {
            throw reason(new FerryException(
                    ErrorCode.BINLOG_CORRUPT,
                    "what source %s sends after %s is no binlog item: %s"
                            .formatted(contact.source().endpoint(), assembler.end(), e.getMessage()),
                    e));
        } catch (IOException e) {
            throw reason(new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "the binlog connection of source %s ended: %s"
                            .formatted(contact.source().endpoint(), e.getMessage()),
                    e));
        } finally {
            close();
        }
    }

    private FerryException dead(BinlogPosition end, Optional<BinlogPosition> ahead) {
        return reason(new FerryException(
                ErrorCode.SOURCE_UNREACHABLE,
                "the binlog connection of source %s is dead: nothing arrives after %s, but %s"
                        .formatted(
                                contact.source().endpoint(),
                                end,
                                ahead.map(position -> "its binlog goes on to " + position)
                                        .orElse("an item has begun"))));
    }

    /** A master that is asked in vain is not asked at that pace for ever. */
    private Duration longer(Duration patience) {
        Duration twice = patience.multipliedBy(2);
        return twice.compareTo(timings.poll()) < 0 ? twice : timings.poll();
    }

    private BinlogConnection awaitConnection() throws InterruptedException {
        try {
            return dialled.get(timings.dialBack().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw reason(new FerryException(ErrorCode.SOURCE_UNREACHABLE, "closed", e));
        } catch (TimeoutException e) {
            throw new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "source %s accepted us but does not connect to %s, where it must reach us%s"
                            .formatted(contact.source().endpoint(), listenAddress(), turnedAway),
                    e);
        }
    }

    /** What ended it first, which may have had the other thing as its consequence. */
    private FerryException reason(FerryException otherwise) {
        FerryException first = failure.get();
        return first != null ? first : otherwise;
    }

    private String listenAddress() {
        return contact.slave().advertised().getHostAddress() + ":" + lease.port(LISTEN_OFFSET);
    }

    private void fail(FerryException why) {
        failure.compareAndSet(null, why);
        close();
    }

    /** The heartbeat goes first: then the master forgets us and dials no more. */
    @Override
    public void close() {
        closed = true;
        Heartbeat beating = heartbeat;
        if (beating != null) {
            beating.close();
        }
        try {
            listener.close();
        } catch (IOException e) {
            log.debug("cannot close the listener at {}", listenAddress(), e);
        }
        if (!dialled.completeExceptionally(new IOException("closed")) && !dialled.isCompletedExceptionally()) {
            dialled.join().close();
        }
        lease.close();
    }
}
