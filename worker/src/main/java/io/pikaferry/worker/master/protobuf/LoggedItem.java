package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;

/**
 * An item as it lies in a binlog of 3.1 – 4.0: a header of 34 bytes, little-endian, then RESP (replication.md §6.3).
 *
 * <pre>
 *    0  2  type, always 1          10  8  logic id        30  4  length of the content
 *    2  4  seconds since 1970      18  4  start: file     34  n  content
 *    6  4  server id or term       22  8  start: offset
 * </pre>
 *
 * A PADDING that a client sent to 3.5 and 4.0 is logged with a second, empty header around its RESP (corrections.md 8);
 * that one is peeled off too.
 */
record LoggedItem(int executedAt, BinlogPosition start, int contentFrom, int contentLength) {

    private static final int HEADER = 34;

    /** @throws FerryException BINLOG_CORRUPT if that is no item */
    static LoggedItem parse(ByteString item, StreamId stream, BinlogPosition end) {
        if (item.size() < HEADER || shortAt(item, 0) != 1) {
            throw corrupt(stream, end, item.size() + " bytes that do not begin with an item's header");
        }
        if (intAt(item, 30) != item.size() - HEADER) {
            throw corrupt(
                    stream,
                    end,
                    "%d bytes of content, where its header says %d"
                            .formatted(item.size() - HEADER, Integer.toUnsignedLong(intAt(item, 30))));
        }
        long offset = Integer.toUnsignedLong(intAt(item, 22)) | (long) intAt(item, 26) << 32;
        if (offset < 0) {
            throw corrupt(stream, end, "a start offset beyond 2^63");
        }
        BinlogPosition start = new BinlogPosition(Integer.toUnsignedLong(intAt(item, 18)), offset);
        int from = HEADER;
        if (isNested(item)) {
            from += HEADER;
        }
        return new LoggedItem(intAt(item, 2), start, from, item.size() - from);
    }

    byte[] contentOf(ByteString item) {
        byte[] content = new byte[contentLength];
        item.copyTo(content, contentFrom, 0, contentLength);
        return content;
    }

    private static boolean isNested(ByteString item) {
        return item.size() >= 2 * HEADER
                && shortAt(item, HEADER) == 1
                && intAt(item, HEADER + 30) == item.size() - 2 * HEADER;
    }

    private static int shortAt(ByteString bytes, int at) {
        return bytes.byteAt(at) & 0xff | (bytes.byteAt(at + 1) & 0xff) << 8;
    }

    private static int intAt(ByteString bytes, int at) {
        return shortAt(bytes, at) | shortAt(bytes, at + 2) << 16;
    }

    private static FerryException corrupt(StreamId stream, BinlogPosition end, String what) {
        return new FerryException(
                ErrorCode.BINLOG_CORRUPT, "the item of %s that ends at %s is broken: %s".formatted(stream, end, what));
    }
}
