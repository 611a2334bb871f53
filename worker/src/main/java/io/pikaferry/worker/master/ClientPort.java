package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Questions to a source by ordinary commands: INFO, CONFIG GET, reading a key. Only commands that change nothing may be
 * sent, because one that got no answer over a connection that had been idle is repeated on a new one (Pika closes idle
 * clients after {@code timeout} seconds).
 *
 * <p>Threads: any; calls queue up. {@link #close} does not wait for them.
 *
 * <p>Failure: coded. UNKNOWN_HOST, SOURCE_UNREACHABLE, SOURCE_AUTH, SOURCE_PROTOCOL. An error reply is a {@link
 * Reply.Failure}, not an exception; after one the connection is replaced, as 4.0.1 puts raw keys into its error texts
 * and so what follows may not be a reply (corrections.md 17).
 */
public final class ClientPort implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);
    private static final long MAX_REPLY_BYTES = 600L << 20;

    private final SourceAccess source;
    private final Duration replyTimeout;
    private volatile RespConnection connection; // opened at the first call; null when there is none
    private volatile boolean closed;

    /** Connects at the first call. */
    public ClientPort(SourceAccess source) {
        this(source, REPLY_TIMEOUT);
    }

    ClientPort(SourceAccess source, Duration replyTimeout) {
        this.source = requireNonNull(source, "source is null");
        this.replyTimeout = requireNonNull(replyTimeout, "replyTimeout is null");
    }

    public SourceAccess source() {
        return source;
    }

    /** Sends a command that changes nothing and waits for its reply. */
    public Reply call(String... arguments) {
        return call(Arrays.stream(arguments).map(Bytes::utf8).toList());
    }

    /** Sends a command that changes nothing and waits for its reply. */
    public Reply call(List<Bytes> arguments) {
        return callAll(List.of(arguments)).get(0);
    }

    /**
     * Sends commands that change nothing over one connection, all at once, so that what one of them sets – a database, a
     * transaction – holds for those behind it.
     *
     * @return their replies; of those behind a {@link Reply.Failure} there are none
     */
    public synchronized List<Reply> callAll(List<List<Bytes>> commands) {
        byte[][] request = commands.stream().map(RespConnection::request).toArray(byte[][]::new);
        RespConnection idle = connection;
        if (idle != null) {
            try {
                return exchange(idle, request);
            } catch (SocketTimeoutException e) {
                throw unreachable("did not answer within " + replyTimeout.toSeconds() + " s", e);
            } catch (RespConnection.MalformedReply e) {
                throw malformed(e);
            } catch (IOException e) {
                // it had gone stale: once more on a new one
            }
        }
        try {
            return exchange(connect(), request);
        } catch (SocketTimeoutException e) {
            throw unreachable("did not answer within " + replyTimeout.toSeconds() + " s", e);
        } catch (RespConnection.MalformedReply e) {
            throw malformed(e);
        } catch (IOException e) {
            throw unreachable("closed the connection", e);
        }
    }

    /** {@code INFO} or a section of it. */
    public ServerInfo info(String... section) {
        String[] command = new String[section.length + 1];
        command[0] = "INFO";
        System.arraycopy(section, 0, command, 1, section.length);
        Reply reply = refuseUnlessAllowed(call(command), "INFO");
        if (reply instanceof Reply.Bulk bulk) {
            return ServerInfo.parse(bulk.value().asUtf8());
        }
        throw new FerryException(
                ErrorCode.SOURCE_PROTOCOL, "source %s answers INFO with %s".formatted(source.endpoint(), reply));
    }

    /** {@code CONFIG GET name}; empty if the source knows no such setting. */
    public Optional<String> setting(String name) {
        Reply reply = refuseUnlessAllowed(call("CONFIG", "GET", name), "CONFIG GET");
        if (reply instanceof Reply.Array pairs) {
            for (int i = 0; i + 1 < pairs.elements().size(); i += 2) {
                if (pairs.elements().get(i) instanceof Reply.Bulk key
                        && pairs.elements().get(i + 1) instanceof Reply.Bulk value
                        && key.value().asUtf8().equals(name)) {
                    return Optional.of(value.value().asUtf8());
                }
            }
        }
        return Optional.empty();
    }

    /** The address of the source that is talked to, and ours as it sees it. */
    public record Ends(InetAddress source, InetAddress local) {}

    /** Resolves and connects, if that has not been done. */
    public synchronized Ends ends() {
        RespConnection open = connection;
        if (open == null) {
            open = connect();
        }
        return new Ends(open.remoteAddress(), open.localAddress());
    }

    private List<Reply> exchange(RespConnection open, byte[][] requests) throws IOException {
        try {
            open.send(requests);
            List<Reply> replies = new ArrayList<>(requests.length);
            for (int i = 0; i < requests.length; i++) {
                Reply reply = open.receive();
                replies.add(reply);
                if (reply instanceof Reply.Failure) {
                    drop();
                    break;
                }
            }
            return replies;
        } catch (IOException e) {
            drop();
            throw e;
        }
    }

    private RespConnection connect() {
        drop();
        if (closed) {
            throw new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "the connection to source %s was closed".formatted(source.endpoint()));
        }
        InetSocketAddress address =
                new InetSocketAddress(resolve(source), source.endpoint().port());
        RespConnection opened;
        try {
            opened = RespConnection.open(address, Optional.empty(), CONNECT_TIMEOUT, replyTimeout, MAX_REPLY_BYTES);
        } catch (IOException e) {
            throw unreachable("cannot be reached: " + e.getMessage(), e);
        }
        try {
            source.password().ifPresent(password -> authenticate(opened, password));
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        connection = opened;
        if (closed) {
            drop();
        }
        return opened;
    }

    private void authenticate(RespConnection opened, Bytes password) {
        Reply reply;
        try {
            opened.send(RespConnection.request(List.of(Bytes.utf8("AUTH"), password)));
            reply = opened.receive();
        } catch (RespConnection.MalformedReply e) {
            throw malformed(e);
        } catch (IOException e) {
            throw unreachable("closed the connection during AUTH", e);
        }
        if (reply instanceof Reply.Failure failure && !sentWithoutNeed(failure)) {
            throw new FerryException(
                    ErrorCode.SOURCE_AUTH,
                    "source %s refused the password: %s".formatted(source.endpoint(), failure.text()));
        }
    }

    /** A password for a server that wants none does no harm. */
    private static boolean sentWithoutNeed(Reply.Failure failure) {
        String text = failure.text().toLowerCase(Locale.ROOT);
        return text.contains("no password is set") || text.contains("without any password configured");
    }

    private Reply refuseUnlessAllowed(Reply reply, String command) {
        if (!(reply instanceof Reply.Failure failure)) {
            return reply;
        }
        if (failure.text().contains("NOAUTH") || failure.text().startsWith("NOPERM")) {
            throw new FerryException(
                    ErrorCode.SOURCE_AUTH,
                    source.password().isEmpty()
                            ? "source %s wants a password (requirepass) and none was given".formatted(source.endpoint())
                            : "source %s took the password but refuses %s: it is the one of userpass; requirepass's is needed"
                                    .formatted(source.endpoint(), command));
        }
        throw new FerryException(
                ErrorCode.SOURCE_PROTOCOL,
                "source %s answers %s with '%s'".formatted(source.endpoint(), command, failure.text()));
    }

    /** The source's address; IPv4 if it has one, as older Pika knows no other. */
    public static InetAddress resolve(SourceAccess source) {
        String host = source.endpoint().host();
        try {
            InetAddress[] all = InetAddress.getAllByName(host);
            return Arrays.stream(all)
                    .filter(Inet4Address.class::isInstance)
                    .findFirst()
                    .orElse(all[0]);
        } catch (UnknownHostException e) {
            throw new FerryException(
                    ErrorCode.UNKNOWN_HOST, "source %s: host %s is not known".formatted(source.endpoint(), host), e);
        }
    }

    private FerryException unreachable(String what, IOException cause) {
        return new FerryException(
                ErrorCode.SOURCE_UNREACHABLE, "source %s %s".formatted(source.endpoint(), what), cause);
    }

    private FerryException malformed(RespConnection.MalformedReply cause) {
        return new FerryException(
                ErrorCode.SOURCE_PROTOCOL,
                "source %s does not speak RESP: %s".formatted(source.endpoint(), cause.getMessage()),
                cause);
    }

    private void drop() {
        RespConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    /** Breaks a waiting call. Safe from any thread, and twice. */
    @Override
    public void close() {
        closed = true;
        drop();
    }
}
