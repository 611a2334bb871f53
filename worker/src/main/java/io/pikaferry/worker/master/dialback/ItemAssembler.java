package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds out where items end, which is what one resumes at, though 2.3 and 3.0 say only where they start (replication.md
 * §6.4). Pure: a state machine over what arrived.
 *
 * <p>An end is reckoned from the previous one by {@link BlockLayout}. What an item says of its own start must agree with it
 * (that is the END of the previous item, even if the item itself lies after a fill or in the next file, corrections.md 9);
 * else something is missing: BINLOG_GAP. Two things cannot be told from an item alone, and then it is <em>held</em> until
 * the next one or the master's own position has shown it, because a wrong end would make a master skip what follows when
 * asked to resume there:
 *
 * <ul>
 *   <li>whether it is whole: in 2.3 an MSET is one item of several arrays;
 *   <li>whether it lies in the next file: that depends on the binlog-file-size at the time it was written.
 * </ul>
 *
 * <p>Starts are not believed in items that another instance executed (a source that is a slave or one of two masters logs
 * them with the other's positions, §6.3, §8.7), nor is anything held then: lengths and binlog-file-size have to do.
 */
final class ItemAssembler {

    private final StreamId stream;
    private final long fileSize;
    private final long ownServerId;
    private final Consumer<BinlogItem> ready;

    private BinlogPosition end; // of the last item that is ready
    private BinlogPosition endIfRolled; // of the same item, had it begun a file although it seemed not to; null if none
    private boolean beginsFile; // nothing was seen yet, and the first item is the first of its file
    private WireItem held; // or its first array
    private final ByteArrayOutputStream heldMore = new ByteArrayOutputStream(); // the arrays after the first
    private BinlogPosition heldEnd; // what it most probably is
    private BinlogPosition heldOtherEnd;

    /**
     * @param from where the stream begins
     * @param fileSize binlog-file-size
     * @param ownServerId of the source, if items of its own tell their start truly; -1 if none do
     */
    ItemAssembler(StreamId stream, BinlogPosition from, long fileSize, long ownServerId, Consumer<BinlogItem> ready) {
        this.stream = stream;
        this.end = from;
        this.beginsFile = from.offset() == 0 && from.filenum() > 0;
        this.fileSize = fileSize;
        this.ownServerId = ownServerId;
        this.ready = ready;
    }

    /** Where to go on once everything that was ready is applied. */
    BinlogPosition end() {
        return end;
    }

    /** Takes what arrived next. */
    void add(WireItem item) {
        BinlogPosition start = ownServerId >= 0 && item.serverId() == ownServerId
                ? item.start().orElse(null)
                : null;
        if (held != null) {
            if (start != null
                    && item.mayGoOn()
                    && held.mayGoOn()
                    && start.equals(held.start().orElse(null))) {
                heldMore.writeBytes(item.content());
                reckonHeld(held.loggedLength() + heldMore.size());
                return;
            }
            releaseHeldBefore(start);
        }
        place(item, start);
    }

    private void releaseHeldBefore(BinlogPosition nextStart) {
        boolean agrees = nextStart == null || nextStart.equals(heldEnd);
        if (!agrees && nextStart.equals(heldOtherEnd)) {
            release(heldOtherEnd);
        } else if (agrees || !rolls(end)) {
            release(heldEnd);
        } else {
            throw gap(heldEnd, nextStart);
        }
    }

    private void place(WireItem item, BinlogPosition start) {
        if (start != null && !start.equals(end)) {
            if (start.equals(endIfRolled)) {
                end = start;
            } else if (!(beginsFile && start.filenum() == end.filenum() - 1)) {
                throw gap(end, start);
            }
        }
        if (start != null && (item.mayGoOn() || rolls(end))) {
            held = item;
            reckonHeld(item.loggedLength());
        } else {
            BinlogPosition nextFile = inNextFile(end, item.loggedLength());
            BinlogPosition sameFile = inSameFile(end, item.loggedLength());
            endIfRolled = beginsFile ? null : nextFile;
            ready(rolls(end) ? nextFile : sameFile, item.executedAt(), item.content());
        }
    }

    private void reckonHeld(long length) {
        BinlogPosition nextFile = inNextFile(end, length);
        BinlogPosition sameFile = inSameFile(end, length);
        heldEnd = rolls(end) ? nextFile : sameFile;
        heldOtherEnd = beginsFile ? null : rolls(end) ? sameFile : nextFile;
    }

    /** Before an item is appended to a file that has grown beyond the limit, the next file is begun. */
    private boolean rolls(BinlogPosition before) {
        return before.offset() > fileSize;
    }

    private static BinlogPosition inSameFile(BinlogPosition before, long length) {
        return new BinlogPosition(before.filenum(), BlockLayout.endOf(before.offset(), length));
    }

    private static BinlogPosition inNextFile(BinlogPosition before, long length) {
        return new BinlogPosition(before.filenum() + 1, BlockLayout.endOf(0, length));
    }

    boolean holds() {
        return held != null;
    }

    /**
     * The master says that its binlog ends, or once ended, there. If that is where the held item would end, it does: ends
     * of items do not lie within items.
     *
     * @param silence whether the master had sent nothing for a good while when it said so. Only then is it believed that an
     *     item lies in the next file: another one of the same length may begin that file, and be on its way to us
     */
    void producerSeenAt(BinlogPosition producer, boolean silence) {
        if (held != null && (rolls(end) ? silence && fits(producer) : producer.equals(heldEnd))) {
            release(producer);
        }
    }

    /** Whether a master whose binlog ends there has logged more than has arrived. */
    boolean isBehind(BinlogPosition producer) {
        BinlogPosition reached = held != null ? heldEnd : end;
        BinlogPosition orElse = held != null ? heldOtherEnd : endIfRolled;
        boolean onlyBeganAFile = producer.offset() == 0 && producer.filenum() == reached.filenum() + 1;
        return producer.isAfter(reached) && !producer.equals(orElse) && !onlyBeganAFile;
    }

    private boolean fits(BinlogPosition producer) {
        return producer.equals(heldEnd) || producer.equals(heldOtherEnd);
    }

    private void release(BinlogPosition heldItemsEnd) {
        byte[] content = held.content();
        if (heldMore.size() > 0) {
            byte[] more = heldMore.toByteArray();
            heldMore.reset();
            content = Arrays.copyOf(content, Math.addExact(content.length, more.length));
            System.arraycopy(more, 0, content, content.length - more.length, more.length);
        }
        int executedAt = held.executedAt();
        held = null;
        endIfRolled = null;
        ready(heldItemsEnd, executedAt, content);
    }

    private void ready(BinlogPosition itemsEnd, int executedAt, byte[] content) {
        end = itemsEnd;
        beginsFile = false;
        ready.accept(new BinlogItem(stream, itemsEnd, executedAt, content));
    }

    private static FerryException gap(BinlogPosition expected, BinlogPosition found) {
        return new FerryException(
                ErrorCode.BINLOG_GAP,
                "after the item that ends at %s comes one that says it starts at %s".formatted(expected, found));
    }
}
