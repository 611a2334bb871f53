package io.pikaferry.standin.tryout;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Request;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One connection to a Pika or a Redis; a command at a time. Used by one thread. */
final class RespClient implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 30_000;
    private static final int LONGEST_BULK = 512 << 20;
    private static final int LONGEST_LINE = 64 << 10;

    private final Socket socket;
    private final InputStream in;

    private RespClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** @throws IllegalArgumentException if the address is not {@code HOST:PORT} */
    static RespClient connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        if (colon < 1 || !address.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException(address + " is not HOST:PORT");
        }
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    CONNECT_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.setTcpNoDelay(true);
            return new RespClient(socket);
        } catch (IOException e) {
            socket.close();
            throw new IOException("cannot connect to " + address + ": " + e.getMessage(), e);
        }
    }

    /** @throws IOException also if the answer is an error */
    Answer call(Bytes... words) throws IOException {
        socket.getOutputStream().write(Request.encode(List.of(words)));
        return read();
    }

    Answer call(String command, Bytes key, String... rest) throws IOException {
        Bytes[] words = new Bytes[2 + rest.length];
        words[0] = Bytes.utf8(command);
        words[1] = key;
        for (int i = 0; i < rest.length; i++) {
            words[2 + i] = Bytes.utf8(rest[i]);
        }
        return call(words);
    }

    Answer call(String... words) throws IOException {
        socket.getOutputStream().write(Request.of(words).encoded());
        return read();
    }

    /**
     * What was answered.
     *
     * @param value of a status, an integer or a bulk string; empty for nil and for an array
     * @param elements of an array
     */
    record Answer(Optional<Bytes> value, List<Answer> elements) {
        Answer {
            elements = List.copyOf(elements);
        }

        String text() {
            return value.map(Bytes::asUtf8).orElse("");
        }

        long number() {
            return Long.parseLong(text());
        }

        /** The values of an array's elements. */
        List<Bytes> values() {
            return elements.stream()
                    .map(element -> element.value().orElseThrow())
                    .toList();
        }
    }

    private Answer read() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> new Answer(Optional.of(Bytes.utf8(rest)), List.of());
            case '-' -> throw new IOException("refused: " + rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            default -> throw new IOException("not an answer of a Redis");
        };
    }

    private Answer bulk(int length) throws IOException {
        if (length < 0) {
            return new Answer(Optional.empty(), List.of());
        }
        if (length > LONGEST_BULK) {
            throw new IOException("a value of " + length + " bytes is too long");
        }
        byte[] value = in.readNBytes(length);
        if (value.length < length || in.readNBytes(2).length < 2) {
            throw new EOFException("the connection ended within an answer");
        }
        return new Answer(Optional.of(Bytes.owning(value)), List.of());
    }

    private Answer array(int size) throws IOException {
        List<Answer> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(read());
        }
        return new Answer(Optional.empty(), elements);
    }

    private String line() throws IOException {
        byte[] text = new byte[LONGEST_LINE];
        int length = 0;
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended");
            }
            if (length == LONGEST_LINE) {
                throw new IOException("an answer's line is too long");
            }
            text[length++] = (byte) next;
        }
        if (in.read() != '\n' || length == 0) {
            throw new IOException("not an answer of a Redis");
        }
        return new String(text, 0, length, text[0] == '-' ? UTF_8 : ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
