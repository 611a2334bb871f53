package io.pikaferry.standin.resp;

import io.pikaferry.standin.dataset.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads requests as Pika's parser does: arrays of bulk strings, or a line of words. Lengths are
 * checked against Pika's limit of 256 MiB before anything is allocated. Used by one thread.
 */
public final class RequestReader {

    private static final int MOST_BYTES = 256 << 20;
    private static final int MOST_WORDS = 1 << 20;
    private static final int LONGEST_LINE = 64 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[32 << 10];
    private int position;
    private int limit;

    public RequestReader(InputStream in) {
        this.in = in;
    }

    /** Whether more is here already: the client is pipelining. */
    public boolean hasBuffered() {
        return position < limit;
    }

    /** The next request, or nothing at the end of the stream. */
    public Optional<Request> next() throws IOException {
        while (true) {
            int first = read();
            if (first < 0) {
                return Optional.empty();
            }
            if (first == '\r' || first == '\n') {
                continue;
            }
            return Optional.of(first == '*' ? array() : inline(first));
        }
    }

    private Request array() throws IOException {
        int count = number(line(), MOST_WORDS);
        if (count < 1) {
            throw new MalformedRequestException("an array of " + count + " words");
        }
        List<Bytes> words = new ArrayList<>(Math.min(count, 64));
        long total = 0;
        for (int i = 0; i < count; i++) {
            int kind = read();
            if (kind != '$') {
                throw new MalformedRequestException("a bulk string was expected");
            }
            int length = number(line(), MOST_BYTES);
            total += length;
            if (length < 0 || total > MOST_BYTES) {
                throw new MalformedRequestException("a request of more than " + MOST_BYTES + " bytes");
            }
            words.add(Bytes.owning(exactly(length)));
            line();
        }
        return new Request(words);
    }

    private Request inline(int first) throws IOException {
        String text = (char) first + line();
        return Request.of(Arrays.stream(text.split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new));
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        int have = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, 0, have);
        position += have;
        if (have < length && in.readNBytes(bytes, have, length - have) < length - have) {
            throw new EOFException("the stream ended within a request");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            int next = read();
            if (next < 0) {
                throw new EOFException("the stream ended within a request");
            }
            if (next == '\n') {
                return text.toString();
            }
            if (next != '\r') {
                text.append((char) next);
            }
            if (text.length() > LONGEST_LINE) {
                throw new MalformedRequestException("a line of more than " + LONGEST_LINE + " bytes");
            }
        }
    }

    private static int number(String text, int most) throws MalformedRequestException {
        try {
            long number = Long.parseLong(text);
            if (number >= -1 && number <= most) {
                return (int) number;
            }
        } catch (NumberFormatException notANumber) {
            throw new MalformedRequestException("a length was expected", notANumber);
        }
        throw new MalformedRequestException("a length beyond " + most);
    }

    private int read() throws IOException {
        if (position == limit) {
            limit = Math.max(0, in.read(buffer));
            position = 0;
            if (limit == 0) {
                return -1;
            }
        }
        return buffer[position++] & 0xff;
    }
}
