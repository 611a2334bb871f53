package io.pikaferry.worker.master;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.model.Bytes;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One TCP connection on which requests and replies of RESP 2 go (replication.md §2.1). Knows nothing of
 * authentication and does not reconnect.
 *
 * <p>Threads: one at a time; {@link #close} from any.
 *
 * <p>Failure: {@link IOException} for the network, and {@link MalformedReply} for bytes that are no RESP or too many;
 * after either the connection is of no further use.
 */
public final class RespConnection implements AutoCloseable {

    /** The server sent what RESP does not know, or more than was allowed for. */
    public static final class MalformedReply extends IOException {
        private static final long serialVersionUID = 1;

        MalformedReply(String message) {
            super(message);
        }
    }

    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_DEPTH = 8;
    /** What an element of an array costs us at least, so that empty ones cannot be had for nothing. */
    private static final int ELEMENT_COST = 16;

    private final Socket socket;
    private final InputStream in;
    private final long maxReplyBytes;
    private long budget;

    private RespConnection(Socket socket, long maxReplyBytes) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        this.maxReplyBytes = maxReplyBytes;
    }

    /**
     * @param local which of our addresses the server shall see, if that matters
     * @param maxReplyBytes a longer reply is refused while it is being read
     */
    public static RespConnection open(
            InetSocketAddress server,
            Optional<InetAddress> local,
            Duration connectTimeout,
            Duration readTimeout,
            long maxReplyBytes)
            throws IOException {
        Socket socket = new Socket();
        try {
            if (local.isPresent()) {
                socket.bind(new InetSocketAddress(local.get(), 0));
            }
            socket.setTcpNoDelay(true);
            socket.connect(server, Math.toIntExact(connectTimeout.toMillis()));
            socket.setSoTimeout(Math.toIntExact(readTimeout.toMillis()));
            return new RespConnection(socket, maxReplyBytes);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The other side of it: a connection somebody made to us. Waits for ever. */
    static RespConnection accepted(Socket socket, long maxRequestBytes) throws IOException {
        return new RespConnection(socket, maxRequestBytes);
    }

    /** A request: an array of bulk strings. */
    public static byte[] request(List<Bytes> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        out.writeBytes(("*" + arguments.size() + "\r\n").getBytes(ISO_8859_1));
        for (Bytes argument : arguments) {
            out.writeBytes(("$" + argument.length() + "\r\n").getBytes(ISO_8859_1));
            out.writeBytes(argument.array());
            out.write('\r');
            out.write('\n');
        }
        return out.toByteArray();
    }

    public static byte[] request(String... arguments) {
        List<Bytes> list = new ArrayList<>(arguments.length);
        for (String argument : arguments) {
            list.add(Bytes.utf8(argument));
        }
        return request(list);
    }

    /** Sends the requests in one write. */
    public void send(byte[]... requests) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream(256);
        for (byte[] request : requests) {
            all.writeBytes(request);
        }
        socket.getOutputStream().write(all.toByteArray());
    }

    public Reply receive() throws IOException {
        budget = maxReplyBytes;
        return receive(0);
    }

    private Reply receive(int depth) throws IOException {
        spend(ELEMENT_COST);
        int type = in.read();
        return switch (type) {
            case '+' -> new Reply.Status(line());
            case '-' -> new Reply.Failure(line());
            case ':' -> new Reply.Number(number(line()));
            case '$' -> bulk();
            case '*' -> array(depth);
            case -1 -> throw new EOFException("the server closed the connection");
            default -> throw new MalformedReply("a reply begins with byte " + type);
        };
    }

    private Reply bulk() throws IOException {
        long length = number(line());
        if (length == -1) {
            return new Reply.Nil();
        }
        if (length < 0 || length > Integer.MAX_VALUE - 64) {
            throw new MalformedReply("a bulk string of " + length + " bytes");
        }
        spend(length);
        byte[] bytes = in.readNBytes((int) length); // grows with what arrives, not with what was announced
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the server closed the connection within a reply");
        }
        return new Reply.Bulk(Bytes.owning(bytes));
    }

    private Reply array(int depth) throws IOException {
        long size = number(line());
        if (size == -1) {
            return new Reply.Nil();
        }
        if (size < 0 || depth == MAX_DEPTH) {
            throw new MalformedReply("an array of " + size + " elements at depth " + depth);
        }
        List<Reply> elements = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            elements.add(receive(depth + 1));
        }
        return new Reply.Array(elements);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(32);
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the server closed the connection within a reply");
            }
            if (next == '\n') {
                String text = line.toString(UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            if (line.size() == MAX_LINE) {
                throw new MalformedReply("a line of more than " + MAX_LINE + " bytes");
            }
            line.write(next);
        }
    }

    private static long number(String text) throws MalformedReply {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new MalformedReply("a number was expected");
        }
    }

    private void spend(long bytes) throws MalformedReply {
        budget -= bytes;
        if (budget < 0) {
            throw new MalformedReply("a reply of more than " + maxReplyBytes + " bytes");
        }
    }

    public InetAddress remoteAddress() {
        return socket.getInetAddress();
    }

    /** The address of ours that the server sees, but for NAT. */
    public InetAddress localAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
