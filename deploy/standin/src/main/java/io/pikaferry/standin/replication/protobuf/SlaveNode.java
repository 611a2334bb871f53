package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.settings.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One slave of one database's stream: how far it was sent and has acknowledged. Guarded by the stream. */
final class SlaveNode {

    /** What the slave is being given. */
    enum State {
        NOTHING,
        DUMP,
        ITEMS
    }

    private static final long MOST_BYTES_UNACKNOWLEDGED = 1L << 30;
    private static final Position START = new Position(0, 0);

    private final NodeId id;
    private final int session;
    private final SyncWindow window;
    private State state = State.NOTHING;
    private Position sent = START;
    private Position acknowledged = START;
    private Optional<BinlogCursor> cursor = Optional.empty();
    private final Ticker ticker;
    private long lastSentNanos;
    private long lastHeardNanos;

    SlaveNode(NodeId id, int session, int windowCapacity, Ticker ticker) {
        this.id = id;
        this.session = session;
        this.window = new SyncWindow(windowCapacity);
        this.ticker = ticker;
        this.lastSentNanos = ticker.nanos();
        this.lastHeardNanos = lastSentNanos;
    }

    NodeId id() {
        return id;
    }

    int session() {
        return session;
    }

    State state() {
        return state;
    }

    Position sent() {
        return sent;
    }

    Position acknowledged() {
        return acknowledged;
    }

    boolean hasAllAcknowledged() {
        return sent.equals(acknowledged);
    }

    void heard() {
        lastHeardNanos = ticker.nanos();
    }

    void pinged() {
        lastSentNanos = ticker.nanos();
    }

    long silentNanos() {
        return ticker.nanos() - lastHeardNanos;
    }

    long idleNanos() {
        return ticker.nanos() - lastSentNanos;
    }

    void beginDump() {
        state = State.DUMP;
    }

    /** Starts reading at the position; false if there is nothing to be read. The window is not cleared. */
    boolean beginItems(Binlog binlog, Position from) throws IOException {
        close();
        if (!binlog.hasFile(from.file())) {
            return false;
        }
        cursor = BinlogCursor.atOrAfter(binlog, from);
        state = State.ITEMS;
        sent = from;
        acknowledged = from;
        return cursor.isPresent();
    }

    void acknowledge(Position first, Position last) throws UnknownPositionException {
        if (state != State.ITEMS) {
            throw new UnknownPositionException(first, last);
        }
        acknowledged = window.acknowledge(first, last).orElse(acknowledged);
    }

    /** Reads as many items as the window takes; they count as sent. */
    List<BinlogCursor.Item> readMore(Faults faults) throws IOException {
        faults.reading().lock();
        try {
            return read(faults);
        } finally {
            faults.reading().unlock();
        }
    }

    private List<BinlogCursor.Item> read(Faults faults) throws IOException {
        List<BinlogCursor.Item> items = new ArrayList<>();
        if (cursor.isEmpty()) {
            return items;
        }
        int free = window.remaining();
        for (int i = 0; i < free && window.bytes() <= MOST_BYTES_UNACKNOWLEDGED; i++) {
            Optional<BinlogCursor.Item> next = cursor.get().next();
            if (next.isEmpty()) {
                break;
            }
            window.push(next.get().end(), next.get().bytes().length);
            sent = next.get().end();
            lastSentNanos = ticker.nanos();
            if (!faults.takeDrop()) {
                items.add(next.get());
            }
        }
        return items;
    }

    void close() throws IOException {
        if (cursor.isPresent()) {
            cursor.get().close();
            cursor = Optional.empty();
        }
    }
}
