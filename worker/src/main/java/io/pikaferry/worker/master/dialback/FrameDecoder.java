package io.pikaferry.worker.master.dialback;

import io.pikaferry.model.BinlogPosition;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The framed stream of 3.0 (replication.md §5.2, §6.3), all little endian:
 *
 * <pre>
 * 2 bytes  1 auth, 2 binlog
 * 4 bytes  length of the body
 * body     auth: a RESP array; binlog: one item, that is 34 bytes of header and a RESP array
 * </pre>
 *
 * 3.0.0 – 3.0.4 put an MSET into one frame as several items, one after another, each with its header; in the binlog they
 * are one record.
 */
final class FrameDecoder implements WireDecoder {

    /** Twice what Pika takes as a request. */
    static final int MAX_BODY = 512 << 20;

    private static final int FRAME_HEADER = 6;
    private static final int ITEM_HEADER = 34;
    private static final int AUTH = 1;
    private static final int BINLOG = 2;
    private static final int MAX_AUTH = 256;
    private static final int ITEM_TYPE = 1;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public Optional<WireMessage> decode(byte[] buffer, int from, int to) throws MalformedStreamException {
        if (to - from < FRAME_HEADER) {
            return Optional.empty();
        }
        int type = Short.toUnsignedInt((short) SHORT.get(buffer, from));
        int length = (int) INT.get(buffer, from + 2);
        boolean auth = type == AUTH;
        if (!auth && type != BINLOG) {
            throw new MalformedStreamException("a frame of type " + type);
        }
        if (length < (auth ? 1 : ITEM_HEADER) || length > (auth ? MAX_AUTH : MAX_BODY)) {
            throw new MalformedStreamException(
                    "a frame of type " + type + " with a length of " + Integer.toUnsignedString(length));
        }
        int body = from + FRAME_HEADER;
        if (to - body < length) {
            return Optional.empty();
        }
        return Optional.of(
                auth
                        ? new WireMessage.Auth(auth(buffer, body, body + length), FRAME_HEADER + length)
                        : item(buffer, body, body + length));
    }

    private static long auth(byte[] buffer, int from, int to) throws MalformedStreamException {
        Optional<WireMessage> message = new RespStreamDecoder().decode(buffer, from, to);
        if (message.isPresent() && message.get() instanceof WireMessage.Auth auth && auth.wireLength() == to - from) {
            return auth.sid();
        }
        throw new MalformedStreamException("a frame of type 1 that is no auth");
    }

    private static WireItem item(byte[] buffer, int from, int to) throws MalformedStreamException {
        int first = content(buffer, from, to);
        byte[] content;
        if (from + ITEM_HEADER + first == to) {
            content = Arrays.copyOfRange(buffer, from + ITEM_HEADER, to);
        } else {
            ByteArrayOutputStream contents = new ByteArrayOutputStream(to - from);
            for (int at = from, length; at < to; at += ITEM_HEADER + length) {
                length = content(buffer, at, to);
                contents.write(buffer, at + ITEM_HEADER, length);
            }
            content = contents.toByteArray();
        }
        return new WireItem(
                start(buffer, from),
                Integer.toUnsignedLong((int) INT.get(buffer, from + 6)),
                (int) INT.get(buffer, from + 2),
                content,
                FRAME_HEADER + to - from,
                to - from,
                false);
    }

    /** The content's length in the item that begins there, and ends before {@code to}. */
    private static int content(byte[] buffer, int at, int to) throws MalformedStreamException {
        if (to - at < ITEM_HEADER) {
            throw new MalformedStreamException((to - at) + " bytes left over in a frame");
        }
        int type = Short.toUnsignedInt((short) SHORT.get(buffer, at));
        int length = (int) INT.get(buffer, at + 30);
        if (type != ITEM_TYPE || length < 0 || length > to - at - ITEM_HEADER) {
            throw new MalformedStreamException("an item of type " + type + " with a content of "
                    + Integer.toUnsignedString(length) + " bytes in a frame with " + (to - at - ITEM_HEADER));
        }
        return length;
    }

    /** Filler that a slave wrote when it installed a dump has a header of zeros, and so says nothing (§6.6). */
    private static BinlogPosition start(byte[] buffer, int at) throws MalformedStreamException {
        int executedAt = (int) INT.get(buffer, at + 2);
        int filenum = (int) INT.get(buffer, at + 18);
        long offset = (long) LONG.get(buffer, at + 22);
        if (executedAt == 0 && filenum == 0 && offset == 0) {
            return null;
        }
        if (offset < 0) {
            throw new MalformedStreamException("an item that starts at offset " + Long.toUnsignedString(offset));
        }
        return new BinlogPosition(Integer.toUnsignedLong(filenum), offset);
    }
}
