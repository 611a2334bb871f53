package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.BinlogPosition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The plain stream of 2.3 (replication.md §5.1, §6.2): RESP arrays one after another, each with four more arguments than
 * the command has:
 *
 * <pre>
 * __PIKA_X#$SKGI
 * server id, decimal
 * 16 bytes, little endian: execution time (4), file number (4), offset (8) where the item starts; or nothing
 * 1 or 0
 * </pre>
 *
 * Goes by lengths only, as the 16 bytes may hold anything; looks at each byte of a length once, however the stream is cut.
 */
final class RespStreamDecoder implements WireDecoder {

    /** More than Pika takes as a request and adds to it. */
    static final int MAX_ITEM = 512 << 20;

    private static final byte[] MAGIC = "__PIKA_X#$SKGI".getBytes(ISO_8859_1);
    private static final byte[] AUTH = "auth".getBytes(ISO_8859_1);
    private static final byte[] SET = "set".getBytes(ISO_8859_1);
    private static final int EXTRAS = 4;
    private static final int INFO_LENGTH = 16;
    private static final int SET_ARGUMENTS = 3 + EXTRAS;
    /** Digits of a length, leading zeros included. */
    private static final int MAX_DIGITS = 18;

    // How far the array at hand has been looked through; offsets count from its first byte.
    private int cursor;
    private int argumentsSeen;
    private int argumentCount = -1; // not known yet
    private final int[] firstTwo = new int[4]; // offset and length of each
    private final int[] lastFour = new int[2 * EXTRAS]; // the same, as a ring

    @Override
    public Optional<WireMessage> decode(byte[] buffer, int from, int to) throws MalformedStreamException {
        while (argumentsSeen != argumentCount) {
            int line = endOfLine(buffer, from + cursor, to);
            if (line < 0) {
                return Optional.empty();
            }
            char type = argumentCount < 0 ? '*' : '$';
            long number = number(buffer, from + cursor, line, type);
            int after = line + 1 - from;
            if (type == '*') {
                if (number < 1 || number > MAX_ITEM) {
                    throw new MalformedStreamException("an array of " + number);
                }
                argumentCount = (int) number;
                cursor = after;
            } else {
                if (after + number + 2 > MAX_ITEM) {
                    throw new MalformedStreamException("an item of more than " + MAX_ITEM + " bytes");
                }
                if (to - from < after + number + 2) {
                    return Optional.empty();
                }
                int length = (int) number;
                if (buffer[from + after + length] != '\r' || buffer[from + after + length + 1] != '\n') {
                    throw new MalformedStreamException("an argument without an end");
                }
                note(after, length);
                cursor = after + length + 2;
            }
        }
        WireMessage message = message(buffer, from);
        cursor = 0;
        argumentsSeen = 0;
        argumentCount = -1;
        return Optional.of(message);
    }

    private void note(int offset, int length) {
        if (argumentsSeen < 2) {
            firstTwo[2 * argumentsSeen] = offset;
            firstTwo[2 * argumentsSeen + 1] = length;
        }
        int place = 2 * (argumentsSeen % EXTRAS);
        lastFour[place] = offset;
        lastFour[place + 1] = length;
        argumentsSeen++;
    }

    /** Index of the line feed; -1 if it is not there yet. */
    private static int endOfLine(byte[] buffer, int from, int to) throws MalformedStreamException {
        int limit = Math.min(to, from + MAX_DIGITS + 3);
        for (int i = from; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        if (limit - from == MAX_DIGITS + 3) {
            throw new MalformedStreamException("a length without an end");
        }
        if (limit > from && buffer[from] != '*' && buffer[from] != '$') {
            throw new MalformedStreamException("byte " + buffer[from] + " where a length was expected");
        }
        return -1;
    }

    private static long number(byte[] buffer, int from, int lineFeed, char type) throws MalformedStreamException {
        if (buffer[from] != type) {
            throw new MalformedStreamException("byte " + buffer[from] + " where '" + type + "' was expected");
        }
        if (lineFeed - from < 3 || buffer[lineFeed - 1] != '\r') {
            throw new MalformedStreamException("a length that is no number");
        }
        long number = 0;
        for (int i = from + 1; i < lineFeed - 1; i++) {
            int digit = buffer[i] - '0';
            if (digit < 0 || digit > 9) {
                throw new MalformedStreamException("a length that is no number");
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private WireMessage message(byte[] buffer, int from) throws MalformedStreamException {
        if (argumentCount == 2 && matches(buffer, from + firstTwo[0], firstTwo[1], AUTH)) {
            return new WireMessage.Auth(decimal(buffer, from + firstTwo[2], firstTwo[3]), cursor);
        }
        byte[] content = Arrays.copyOfRange(buffer, from, from + cursor);
        if (argumentCount <= EXTRAS || !matches(buffer, from + extra(0), extraLength(0), MAGIC)) {
            return new WireItem(null, -1, 0, content, cursor, cursor, false);
        }
        long serverId = decimal(buffer, from + extra(1), extraLength(1));
        int infoLength = extraLength(2);
        if (infoLength == 0) {
            return new WireItem(null, serverId, 0, content, cursor, cursor, false);
        }
        if (infoLength != INFO_LENGTH) {
            throw new MalformedStreamException("a binlog_info of " + infoLength + " bytes");
        }
        ByteBuffer info = ByteBuffer.wrap(buffer, from + extra(2), INFO_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        int executedAt = info.getInt();
        long filenum = Integer.toUnsignedLong(info.getInt());
        long offset = info.getLong();
        if (offset < 0) {
            throw new MalformedStreamException("an item that starts at offset " + Long.toUnsignedString(offset));
        }
        boolean set = argumentCount == SET_ARGUMENTS && matches(buffer, from + firstTwo[0], firstTwo[1], SET);
        return new WireItem(new BinlogPosition(filenum, offset), serverId, executedAt, content, cursor, cursor, set);
    }

    private int extra(int index) {
        return lastFour[2 * ((argumentCount + index) % EXTRAS)];
    }

    private int extraLength(int index) {
        return lastFour[2 * ((argumentCount + index) % EXTRAS) + 1];
    }

    private static boolean matches(byte[] buffer, int from, int length, byte[] word) {
        return Arrays.equals(buffer, from, from + length, word, 0, word.length);
    }

    private static long decimal(byte[] buffer, int from, int length) throws MalformedStreamException {
        try {
            return Long.parseLong(new String(buffer, from, Math.min(length, MAX_DIGITS + 2), ISO_8859_1));
        } catch (NumberFormatException e) {
            throw new MalformedStreamException("an id that is no number");
        }
    }
}
