package io.pikaferry.worker.master.protobuf;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;

/**
 * Checks that each item of a stream begins where the one before ended. An item's end is on the wire; where it must lie
 * follows from the end before and the item's size, as the master appended it: in blocks of 64 KiB, each fragment behind
 * a header of 8 bytes (replication.md §6.1, §6.4).
 *
 * <pre>
 *   |--- block ----------------------------|--- block -----------
 *   … item |hdr first fragment …           |hdr last fragment| next item
 *          ^ end before                                      ^ end
 * </pre>
 *
 * Where the log goes on in a new file, the old one's size is not known from that. There the start position in the
 * item's header decides, which is the end of the item before (corrections.md 9) – unless the header was written by
 * another server, as in 3.x a slave logs what its master sent; then it agreed with nothing before either.
 *
 * <p>Threads: one.
 */
final class LogContinuity {

    private static final int BLOCK = 64 * 1024;
    private static final int FRAGMENT_HEADER = 8;

    private final StreamId stream;
    private BinlogPosition end;
    private boolean first = true;
    private boolean headersAreThisLogs;

    /**
     * @param from where the first item must begin
     * @param headersAreThisLogs false if the items may carry headers of another server
     */
    LogContinuity(StreamId stream, BinlogPosition from, boolean headersAreThisLogs) {
        this.stream = stream;
        this.end = from;
        this.headersAreThisLogs = headersAreThisLogs;
    }

    /**
     * @param size of the item with its header
     * @param start where its header says it begins
     * @throws FerryException BINLOG_CORRUPT if the position we began at is inside an item; BINLOG_GAP if items are
     *     missing
     */
    void accept(BinlogPosition start, int size, BinlogPosition itemEnd) {
        if (itemEnd.filenum() == end.filenum()) {
            long expected = append(end.offset(), size);
            if (itemEnd.offset() != expected) {
                throw first ? notABorder(itemEnd) : gap(itemEnd, "it should end at offset " + expected);
            }
            headersAreThisLogs = start.equals(end);
        } else if (itemEnd.filenum() != end.filenum() + 1 || itemEnd.offset() != append(0, size)) {
            throw gap(itemEnd, "that is not the beginning of the next file");
        } else if (headersAreThisLogs && !start.equals(end)) {
            throw gap(itemEnd, "its header says that it follows " + start);
        }
        end = itemEnd;
        first = false;
    }

    BinlogPosition end() {
        return end;
    }

    /** Where an item of that size ends when it is appended at that offset. */
    static long append(long offset, int size) {
        long position = offset;
        int left = BLOCK - (int) (position % BLOCK);
        if (left < FRAGMENT_HEADER) {
            position += left;
        }
        int rest = size;
        do {
            int fragment = Math.min(rest, BLOCK - (int) (position % BLOCK) - FRAGMENT_HEADER);
            position += FRAGMENT_HEADER + fragment;
            rest -= fragment;
        } while (rest > 0);
        return position;
    }

    private FerryException gap(BinlogPosition itemEnd, String why) {
        return new FerryException(
                ErrorCode.BINLOG_GAP,
                "items are missing in %s between %s and the one that ends at %s: %s"
                        .formatted(stream, end, itemEnd, why));
    }

    private FerryException notABorder(BinlogPosition itemEnd) {
        return new FerryException(
                ErrorCode.BINLOG_CORRUPT,
                "position %s of %s is not the border of an item: the first one after it ends at %s"
                        .formatted(end, stream, itemEnd));
    }
}
