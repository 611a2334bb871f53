package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.net.SlowWriter;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials one slave and sends it the binlog: authenticates by the session id and then writes item after
 * item, hearing nothing back. Written counts as sent, so what a broken connection swallowed is lost;
 * only the item whose write failed is sent again after redialling (spec/replication.md §3.1.4, §8.3).
 *
 * <p>Threads: one of its own, until closed.
 */
final class BinlogSender implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(BinlogSender.class);
    private static final long IDLE_CHECK_MILLIS = 1000;

    private final InetSocketAddress slave;
    private final long sid;
    private final Binlog binlog;
    private final BinlogCursor cursor;
    private final Wire wire;
    private final Timings timings;
    private final Faults faults;
    private final Thread thread;
    private volatile boolean closed;
    private volatile Optional<SlowWriter> connection = Optional.empty();
    private Optional<byte[]> unsent = Optional.empty();

    BinlogSender(
            InetSocketAddress slave,
            long sid,
            Binlog binlog,
            BinlogCursor cursor,
            Wire wire,
            Timings timings,
            Faults faults) {
        this.slave = slave;
        this.sid = sid;
        this.binlog = binlog;
        this.cursor = cursor;
        this.wire = wire;
        this.timings = timings;
        this.faults = faults;
        thread = new Thread(this::run, "binlog sender " + sid);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Position position() {
        return cursor.position();
    }

    private void run() {
        try {
            while (!closed) {
                Thread.sleep(timings.dialDelay().toMillis());
                connectAndSend();
                Thread.sleep(timings.redialPause().toMillis());
            }
        } catch (InterruptedException e) {
            log.debug("sender {} stops", sid);
        } finally {
            closeConnection();
            try {
                cursor.close();
            } catch (IOException e) {
                log.debug("cannot close the binlog", e);
            }
        }
    }

    private void connectAndSend() throws InterruptedException {
        try {
            connection = Optional.of(SlowWriter.connect(slave, timings.connectTimeout(), timings.sendTimeout()));
            if (closed) {
                return;
            }
            send(wire.auth(sid));
            while (!closed) {
                if (unsent.isEmpty()) {
                    unsent = Optional.of(nextFrame());
                }
                send(unsent.get());
                unsent = Optional.empty();
            }
        } catch (IOException e) {
            log.debug("connection to slave {} broke: {}", slave, e.getMessage());
        } finally {
            closeConnection();
        }
    }

    private byte[] nextFrame() throws IOException, InterruptedException {
        while (true) {
            Optional<BinlogCursor.Item> item = cursor.next();
            if (item.isEmpty()) {
                binlog.awaitBeyond(cursor.position(), IDLE_CHECK_MILLIS);
            } else if (!faults.takeDrop()) {
                byte[] frame = wire.item(item.get().bytes());
                if (faults.takeCorruption()) {
                    frame = frame.clone();
                    frame[0] ^= 0x55;
                }
                return frame;
            }
        }
    }

    private void send(byte[] bytes) throws IOException {
        SlowWriter out = connection.orElseThrow(() -> new IOException("closed"));
        int sendable = faults.sendable(bytes.length);
        out.write(bytes, sendable);
        if (sendable < bytes.length) {
            throw new IOException("killed by a fault");
        }
    }

    private void closeConnection() {
        connection.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                log.debug("cannot close the connection to {}", slave, e);
            }
        });
        connection = Optional.empty();
    }

    /** Cuts the connection, as a network would; the sender dials again. */
    void cut() {
        connection.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                log.debug("cannot close the connection to {}", slave, e);
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        cut();
    }
}
