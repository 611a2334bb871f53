package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads replies (RESP2), as {@link TargetLink} says what they are. Most of what a target says is {@code +OK} and
 * {@code +QUEUED}: those two are always the same arrays, not to be written to. Buffers; used by one thread.
 *
 * <p>Failure: an IOException if the stream ends or is no RESP; nothing can be read after that. A length is believed only as far
 * as the bytes have come.
 */
final class RespInput {

    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LONGEST_BULK = 512 << 20; // proto-max-bulk-len
    private static final int PIECE = 1 << 20;
    private static final int EXPECTED_ELEMENTS = 1024;
    private static final int DEEPEST = 16;
    private static final byte[] OK = {'O', 'K'};
    private static final byte[] QUEUED = {'Q', 'U', 'E', 'U', 'E', 'D'};

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;

    RespInput(InputStream in) {
        this.in = requireNonNull(in, "in is null");
    }

    /** Whether bytes have come that are not read yet, as far as is known without asking. */
    boolean hasSome() {
        return at < end;
    }

    /** Waits for one reply. */
    Object read() throws IOException {
        return read(0);
    }

    private Object read(int depth) throws IOException {
        byte type = next();
        return switch (type) {
            case '+' -> status();
            case ':' -> number();
            case '$' -> bulk();
            case '*' -> array(depth);
            case '-' -> new TargetError(new String(line(), UTF_8));
            default -> throw new IOException("a reply that begins with byte " + type);
        };
    }

    private byte[] status() throws IOException {
        byte[] known = end - at >= 2 && buffer[at] == 'O' ? OK : QUEUED;
        int after = at + known.length;
        if (end - after >= 2
                && Arrays.equals(buffer, at, after, known, 0, known.length)
                && buffer[after] == '\r'
                && buffer[after + 1] == '\n') {
            at = after + 2;
            return known;
        }
        return line();
    }

    private Object bulk() throws IOException {
        long length = number();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > LONGEST_BULK) {
            throw new IOException("a bulk string of " + length + " bytes");
        }
        byte[] bytes = new byte[(int) Math.min(length, PIECE)];
        int filled = 0;
        while (filled < length) {
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
            }
            if (at == end) {
                fill();
            }
            int some = Math.min(end - at, bytes.length - filled);
            System.arraycopy(buffer, at, bytes, filled, some);
            at += some;
            filled += some;
        }
        lineEnd();
        return bytes;
    }

    private List<Object> array(int depth) throws IOException {
        long count = number();
        if (count == -1) {
            return null;
        }
        if (count < 0 || count > Integer.MAX_VALUE || depth == DEEPEST) {
            throw new IOException("an array of " + count + " at depth " + depth);
        }
        List<Object> elements = new ArrayList<>((int) Math.min(count, EXPECTED_ELEMENTS));
        for (long i = 0; i < count; i++) {
            elements.add(read(depth + 1));
        }
        return elements;
    }

    private long number() throws IOException {
        byte first = next();
        boolean negative = first == '-';
        if (negative) {
            first = next();
        }
        long number = digit(first);
        for (byte each = next(); each != '\r'; each = next()) {
            int digit = digit(each);
            if (number > (Long.MAX_VALUE - digit) / 10) {
                throw new IOException("a number of more than 63 bits");
            }
            number = number * 10 + digit;
        }
        if (next() != '\n') {
            throw new IOException("a number without a line end");
        }
        return negative ? -number : number;
    }

    private static int digit(byte character) throws IOException {
        if (character < '0' || character > '9') {
            throw new IOException("byte " + character + " in a number");
        }
        return character - '0';
    }

    /** A carriage return that no line feed follows is part of the line. */
    private byte[] line() throws IOException {
        byte[] bytes = new byte[64];
        int length = 0;
        while (true) {
            byte each = next();
            if (each == '\n' && length > 0 && bytes[length - 1] == '\r') {
                return Arrays.copyOf(bytes, length - 1);
            }
            if (length == LONGEST_LINE) {
                throw new IOException("a line of more than " + LONGEST_LINE + " bytes");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            bytes[length++] = each;
        }
    }

    private void lineEnd() throws IOException {
        if (next() != '\r' || next() != '\n') {
            throw new IOException("a bulk string without an end");
        }
    }

    private byte next() throws IOException {
        if (at == end) {
            fill();
        }
        return buffer[at++];
    }

    private void fill() throws IOException {
        int read = in.read(buffer);
        if (read < 0) {
            throw new EOFException("the connection was closed");
        }
        at = 0;
        end = read;
    }
}
