package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.Reply;
import io.pikaferry.worker.master.RespConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What keeps a registration alive (replication.md §3.1.3): a connection to the master's heartbeat port, {@code spci <sid>}
 * at once, then a {@code ping} each second. The words are lower case, others are not known there.
 *
 * <p>Its closing is what makes a master forget us at once, so it is closed first of all.
 */
final class Heartbeat implements AutoCloseable {

    static final int PORT_OFFSET = 2000;

    private static final int MAX_REPLY = 4096;
    private static final byte[] PING = RespConnection.request("ping");

    private final Contact contact;
    private final long sid;
    private final DialBackTimings timings;
    private final Consumer<FerryException> lost;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile RespConnection connection;

    /** @param lost hears, once, why it ended, unless it was closed */
    Heartbeat(Contact contact, long sid, DialBackTimings timings, Consumer<FerryException> lost) {
        this.contact = contact;
        this.sid = sid;
        this.timings = timings;
        this.lost = lost;
        this.thread = new Thread(this::run, "heartbeat-" + contact.source().endpoint());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            beat();
        } catch (FerryException e) {
            if (closed.getCount() > 0) {
                close();
                lost.accept(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() throws InterruptedException {
        connect();
        long pongs = 0;
        try {
            connection.send(RespConnection.request("spci", Long.toString(sid)));
            expect("OK");
            while (!closed.await(timings.heartbeat().toMillis(), TimeUnit.MILLISECONDS)) {
                connection.send(PING);
                expect("PONG");
                pongs++;
            }
        } catch (IOException e) {
            throw pongs > 0 ? ended(e) : turnedAway(e);
        }
    }

    private void connect() throws InterruptedException {
        InetSocketAddress port = new InetSocketAddress(
                contact.address(), contact.source().endpoint().port() + PORT_OFFSET);
        long deadline = System.nanoTime() + timings.heartbeatLost().toNanos();
        while (true) {
            try {
                RespConnection opened = RespConnection.open(
                        port,
                        contact.slave().isLocal() ? Optional.of(contact.slave().bind()) : Optional.empty(),
                        Duration.ofSeconds(2),
                        timings.heartbeatLost(),
                        MAX_REPLY);
                connection = opened;
                if (closed.getCount() == 0) {
                    opened.close();
                }
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new FerryException(
                            ErrorCode.SOURCE_UNREACHABLE,
                            "the heartbeat port %d of source %s cannot be reached: %s"
                                    .formatted(port.getPort(), contact.source().endpoint(), e.getMessage()),
                            e);
                }
            }
            if (closed.await(timings.poll().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("closed");
            }
        }
    }

    private void expect(String word) throws IOException {
        Reply reply = connection.receive();
        if (!(reply instanceof Reply.Status status) || !status.text().equals(word)) {
            throw new IOException("the master answers " + reply + " where " + word + " is due");
        }
    }

    private FerryException ended(IOException cause) {
        return new FerryException(
                ErrorCode.SOURCE_UNREACHABLE,
                "the heartbeat to source %s ended: %s"
                        .formatted(contact.source().endpoint(), cause.getMessage()),
                cause);
    }

    /** A master closes a heartbeat at once if it comes from an address that no slave has registered (§1.3). */
    private FerryException turnedAway(IOException cause) {
        String host = contact.slave().advertised().getHostAddress();
        String advice = contact.address().isLoopbackAddress()
                ? "; name the source by the address of its network interface, not by " + host
                : "; it must see us come from " + host + ", the address we advertise";
        return new FerryException(
                ErrorCode.SOURCE_PROTOCOL,
                "source %s turned our heartbeat away: %s%s"
                        .formatted(contact.source().endpoint(), cause.getMessage(), advice),
                cause);
    }

    @Override
    public void close() {
        closed.countDown();
        RespConnection open = connection;
        if (open != null) {
            open.close();
        }
    }
}
