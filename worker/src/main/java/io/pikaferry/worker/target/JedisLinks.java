package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Connections to a standalone Redis, over Jedis' sockets (plain or TLS). */
public final class JedisLinks implements TargetLinks {

    /**
     * While more than so many replies are due, they are left to gather: a target that is busy with our commands answers some
     * hundred at a time, and to be woken for each of these costs both sides, and on the same machine each other's cores.
     */
    private static final int MANY_REPLIES = 256;

    private static final long GATHERING_NANOS = 500_000;

    private final TargetAddress address;
    private final Duration connectTimeout;
    private final Duration replyTimeout;

    /** @param replyTimeout how long one answer may take; a slower target counts as gone, and is asked what it has done */
    public JedisLinks(TargetAddress address, Duration connectTimeout, Duration replyTimeout) {
        this.address = requireNonNull(address, "address is null");
        this.connectTimeout = requireNonNull(connectTimeout, "connectTimeout is null");
        this.replyTimeout = requireNonNull(replyTimeout, "replyTimeout is null");
    }

    @Override
    public TargetAddress address() {
        return address;
    }

    @Override
    public TargetLink open(String name) {
        try {
            InetAddress.getByName(address.endpoint().host());
        } catch (UnknownHostException e) {
            throw new FerryException(
                    ErrorCode.UNKNOWN_HOST, "target host " + address.endpoint().host() + " is unknown", e);
        }
        Link link = connect();
        try {
            link.logIn(name);
            return link;
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private Link connect() {
        DefaultJedisClientConfig config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis((int) connectTimeout.toMillis())
                .socketTimeoutMillis((int) replyTimeout.toMillis())
                .ssl(address.tls())
                .build();
        HostAndPort at =
                new HostAndPort(address.endpoint().host(), address.endpoint().port());
        try {
            return new Link(new DefaultJedisSocketFactory(at, config).createSocket());
        } catch (JedisConnectionException | IOException e) {
            throw unreachable(e);
        }
    }

    private FerryException unreachable(Exception e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (e.getSuppressed().length > 0) {
            root = e.getSuppressed()[0];
        }
        String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new FerryException(ErrorCode.TARGET_UNREACHABLE, "target " + address + ": " + why, e);
    }

    private final class Link implements TargetLink {

        private final Socket socket;
        private final RespOutput out;
        private final RespInput in;

        Link(Socket socket) throws IOException {
            this.socket = socket;
            this.out = new RespOutput(socket.getOutputStream());
            this.in = new RespInput(socket.getInputStream());
        }

        void logIn(String name) {
            if (address.password().isPresent()) {
                byte[] password = address.password().map(Bytes::array).orElseThrow();
                Object reply = address.user().isPresent()
                        ? call(ascii("AUTH"), address.user().get().getBytes(UTF_8), password)
                        : call(ascii("AUTH"), password);
                if (reply instanceof TargetError error) {
                    String who = address.user().map(user -> "user " + user).orElse("the default user");
                    throw new FerryException(
                            ErrorCode.TARGET_AUTH,
                            "target %s refused the password of %s: %s".formatted(address, who, error.kind()));
                }
            }
            expectOk(call(ascii("CLIENT"), ascii("SETNAME"), ascii(name)), "CLIENT SETNAME");
            if (address.controlDb() != 0) {
                expectOk(
                        call(ascii("SELECT"), ascii(Integer.toString(address.controlDb()))),
                        "SELECT " + address.controlDb());
            }
        }

        private void expectOk(Object reply, String doing) {
            if (reply instanceof TargetError error) {
                if (error.code() == ErrorCode.TARGET_AUTH) {
                    throw new FerryException(
                            ErrorCode.TARGET_AUTH, "target %s needs a password and none was given".formatted(address));
                }
                throw error.asException(address, doing);
            }
        }

        @Override
        public List<Object> exchange(List<byte[][]> commands) {
            try {
                for (byte[][] command : commands) {
                    out.write(command);
                }
                return flushAndRead(commands.size());
            } catch (IOException e) {
                close();
                throw unreachable(e);
            }
        }

        @Override
        public List<Object> exchangeRendered(List<RenderedCommands> rendered) {
            try {
                int count = 0;
                for (RenderedCommands commands : rendered) {
                    out.write(commands);
                    count += commands.count();
                }
                return flushAndRead(count);
            } catch (IOException e) {
                close();
                throw unreachable(e);
            }
        }

        private List<Object> flushAndRead(int count) throws IOException {
            out.flush();
            List<Object> replies = new ArrayList<>(count);
            for (int left = count; left > 0; left--) {
                if (left > MANY_REPLIES && !in.hasSome()) {
                    LockSupport.parkNanos(GATHERING_NANOS);
                }
                replies.add(in.read());
            }
            return replies;
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // closing is all we wanted
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
