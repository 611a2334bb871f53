package io.pikaferry.worker.master.protobuf;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.BinlogOffset;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One stream as the master knows it: a database, in sharding mode a slot of it, and our session on it.
 *
 * <p>Threads: any.
 */
final class Partition {

    /** What our session is for. */
    enum Use {
        /** There is none. */
        NONE,
        /** The master knows us. From 3.5 on it purges nothing while it knows that we take its dump. */
        REGISTERED,
        /** What comes is dropped and not acknowledged, so that the master purges nothing from its start on. */
        HOLD,
        /** Items are taken and acknowledged. */
        FOLLOW
    }

    private final StreamId stream;
    private final Slot slot;
    private final AckWindow window = new AckWindow();

    private Use use = Use.NONE;
    private int session;
    private final Set<Integer> retired = new HashSet<>();
    private boolean pinged;
    private long heardAt;
    private long spokenAt;

    Partition(StreamId stream, String dbName) {
        this.stream = stream;
        this.slot = Slot.newBuilder().setDbName(dbName).setSlotId(stream.slot()).build();
    }

    StreamId stream() {
        return stream;
    }

    Slot slot() {
        return slot;
    }

    /**
     * Where the master says that something lies in this stream.
     *
     * @throws FerryException SOURCE_PROTOCOL if nothing can lie there
     */
    BinlogPosition position(BinlogOffset said) {
        if (said.getOffset() < 0) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "the master names the offset %s in %s".formatted(Long.toUnsignedString(said.getOffset()), stream));
        }
        return new BinlogPosition(Integer.toUnsignedLong(said.getFilenum()), said.getOffset());
    }

    AckWindow window() {
        return window;
    }

    /** The master gave us that session, or told it again. */
    synchronized void opened(int session) {
        if (use != Use.NONE && this.session != session) {
            retired.add(this.session);
        }
        this.session = session;
        if (use == Use.NONE) {
            use = Use.REGISTERED;
        }
        heardAt = System.nanoTime();
        spokenAt = heardAt;
    }

    synchronized void hold() {
        use = Use.HOLD;
    }

    synchronized void follow() {
        use = Use.FOLLOW;
        heardAt = System.nanoTime();
    }

    /** The master forgot the session at our wish; what it sent before may still be under way. */
    synchronized void retired() {
        if (use != Use.NONE) {
            retired.add(session);
            use = Use.NONE;
        }
    }

    synchronized Use use() {
        return use;
    }

    synchronized OptionalInt session() {
        return use == Use.NONE ? OptionalInt.empty() : OptionalInt.of(session);
    }

    synchronized boolean isRetired(int session) {
        return retired.contains(session) && (use == Use.NONE || session != this.session);
    }

    synchronized void heard(boolean ping) {
        heardAt = System.nanoTime();
        pinged |= ping;
    }

    synchronized void spoke() {
        spokenAt = System.nanoTime();
        pinged = false;
    }

    /** From here on it is the master's turn again. */
    synchronized void acked() {
        spoke();
        heardAt = spokenAt;
    }

    /** A sign of life is due: the master asked for one, or we said nothing for that long. */
    synchronized boolean owesSignOfLife(long intervalNanos) {
        return use != Use.NONE && (pinged || System.nanoTime() - spokenAt >= intervalNanos);
    }

    /** The master owes us a sign of life and does not give one. */
    synchronized boolean isSilent(long patienceNanos) {
        return use == Use.FOLLOW && window.isEmpty() && System.nanoTime() - heardAt >= patienceNanos;
    }
}
