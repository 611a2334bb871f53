package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.net.SlowWriter;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials one slave and sends it the binlog: authenticates by the session id and then writes item after
 * item, hearing nothing back. Written counts as sent, so what a broken connection swallowed is lost;
 * only the item whose write failed is sent again after redialling (spec/replication.md §3.1.4, §8.3).
 *
 * <p>Unlike Pika, which has a write for each, it writes items that are at hand together: a slave cannot
 * tell, as it may be the network that put them together, and it costs a machine that is shared with what
 * is measured less.
 *
 * <p>Threads: one of its own, until closed.
 */
final class BinlogSender implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(BinlogSender.class);
    private static final long IDLE_CHECK_MILLIS = 1000;
    private static final int WRITTEN_AT_ONCE = 64 * 1024;

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
    private final ArrayDeque<byte[]> unsent = new ArrayDeque<>();
    private final ByteBuffer together = ByteBuffer.allocate(WRITTEN_AT_ONCE);

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
            send(ByteBuffer.wrap(wire.auth(sid)));
            while (!closed) {
                if (unsent.isEmpty()) {
                    awaitFrames();
                }
                sendWhatIsAtHand();
            }
        } catch (IOException e) {
            log.debug("connection to slave {} broke: {}", slave, e.getMessage());
        } finally {
            closeConnection();
        }
    }

    /** Those that are logged by now, as far as they may be written together; at least one. */
    private void awaitFrames() throws IOException, InterruptedException {
        int bytes = 0;
        while (bytes < WRITTEN_AT_ONCE) {
            Optional<BinlogCursor.Item> item = cursor.next();
            if (item.isPresent()) {
                if (!faults.takeDrop()) {
                    byte[] frame = frame(item.get());
                    unsent.add(frame);
                    bytes += frame.length;
                }
            } else if (unsent.isEmpty()) {
                binlog.awaitBeyond(cursor.position(), IDLE_CHECK_MILLIS);
            } else {
                return;
            }
        }
    }

    private byte[] frame(BinlogCursor.Item item) {
        byte[] frame = wire.item(item.bytes());
        if (faults.takeCorruption()) {
            frame = frame.clone();
            frame[0] ^= 0x55;
        }
        return frame;
    }

    private void sendWhatIsAtHand() throws IOException {
        together.clear();
        for (byte[] frame : unsent) {
            if (frame.length > together.remaining()) {
                break;
            }
            together.put(frame);
        }
        together.flip();
        ByteBuffer bytes = together.hasRemaining() ? together : ByteBuffer.wrap(unsent.element());
        try {
            send(bytes);
        } finally {
            int written = bytes.position();
            while (written > 0 && unsent.element().length <= written) {
                written -= unsent.remove().length;
            }
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        SlowWriter out = connection.orElseThrow(() -> new IOException("closed"));
        int length = bytes.limit();
        int sendable = faults.sendable(length);
        bytes.limit(sendable);
        out.write(bytes);
        if (sendable < length) {
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
