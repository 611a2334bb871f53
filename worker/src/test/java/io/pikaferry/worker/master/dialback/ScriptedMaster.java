package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.worker.master.ClientPort;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.Masters;
import io.pikaferry.worker.master.PortRange;
import io.pikaferry.worker.master.RespServer;
import io.pikaferry.worker.master.SourceAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A master of 2.3 or 3.0 whose answers a test makes up; what it sends was recorded from a real one, or is made by {@link Wire}. */
final class ScriptedMaster implements AutoCloseable {

    /** What a slave asked for. */
    record Asked(String host, int base, BinlogPosition from) {}

    static final DialBackTimings QUICK = new DialBackTimings(
            Duration.ofMillis(50),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            Duration.ofMillis(20),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMillis(700));

    private final Generation generation;
    private final RespServer client;
    private final RespServer heartbeat;
    private final PortRange ports = new PortRange(24_000, 24_999);
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger sids = new AtomicInteger();

    volatile String role = "master";
    volatile String producer = "0 0";
    volatile long logSize = 1L << 40;
    volatile long fileSize = 262_144;
    volatile String bgsaving = "No, , 0";
    volatile String dbSize = "1000";
    /** What trysync answers; empty for the next session id. */
    volatile Function<Asked, Optional<String>> answer = any -> Optional.empty();
    /** Runs when a session has sent its spci. */
    volatile Consumer<Asked> onAccepted;

    volatile Function<List<String>, String> heartbeatAnswer = request ->
            request.get(0).equals("spci") ? "+OK\r\n" : request.get(0).equals("ping") ? "+PONG\r\n" : "-ERR\r\n";

    private final ConcurrentLinkedDeque<Dialled> connections = new ConcurrentLinkedDeque<>();

    ScriptedMaster(Generation generation) {
        this.generation = generation;
        int port = freePort();
        this.client = new RespServer(port, this::answerClient);
        this.heartbeat = new RespServer(port + Heartbeat.PORT_OFFSET, true, this::answerHeartbeat);
    }

    private static int freePort() {
        for (int i = 0; i < 200; i++) {
            int port = 26_000 + (int) (Math.random() * 4_000);
            try (ServerSocket first = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    ServerSocket second = new ServerSocket(port + 2_000, 1, InetAddress.getLoopbackAddress())) {
                return Math.min(first.getLocalPort(), second.getLocalPort());
            } catch (IOException e) {
                // the next one
            }
        }
        throw new IllegalStateException("no two ports are free");
    }

    int port() {
        return client.endpoint().port();
    }

    List<Asked> asked() {
        return asked;
    }

    List<List<String>> heartbeats() {
        return heartbeat.requests();
    }

    void closeHeartbeats() {
        heartbeat.dropConnections();
    }

    Master dial(Path directory) throws InterruptedException {
        return dial(directory, ItemSpool.Limits.USUAL);
    }

    Master dial(Path directory, ItemSpool.Limits limits) throws InterruptedException {
        Masters masters = new Masters(
                ports, Optional.empty(), Map.of(generation, contact -> new DialBackMaster(contact, QUICK, limits)));
        return masters.dial(SourceAccess.withoutPassword(client.endpoint()), directory);
    }

    Contact contact(Path directory) throws InterruptedException {
        List<Contact> contacts = new ArrayList<>();
        new Masters(ports, Optional.empty(), Map.of(generation, contact -> {
                    contacts.add(contact);
                    return null;
                }))
                .dial(SourceAccess.withoutPassword(client.endpoint()), directory);
        return contacts.get(0);
    }

    static void close(Contact contact) {
        ClientPort client = contact.client();
        client.close();
    }

    private String answerClient(List<String> request) {
        return switch (request.get(0)) {
            case "INFO" -> RespServer.bulk(info());
            case "CONFIG" -> switch (request.get(2)) {
                case "write-binlog" -> "*2\r\n" + RespServer.bulk("write-binlog") + RespServer.bulk("yes");
                case "binlog-file-size" -> "*2\r\n" + RespServer.bulk("binlog-file-size")
                        + RespServer.bulk(Long.toString(fileSize));
                default -> "*0\r\n";
            };
            case "TRYSYNC" -> trysync(request);
            default -> "-ERR unknown\r\n";
        };
    }

    private String info() {
        return String.join(
                "\r\n",
                "# Server",
                "pika_version:" + (generation == Generation.A ? "2.3.6" : "3.0.16"),
                "server_id:1",
                "# Data",
                "db_size:" + dbSize,
                "# Log",
                "log_size:" + logSize,
                "binlog_offset:" + producer,
                "# Stats",
                "is_bgsaving:" + bgsaving,
                "# Replication(MASTER)",
                "role:" + role,
                "");
    }

    private volatile Asked current;

    private String trysync(List<String> request) {
        Asked slave = new Asked(
                request.get(1),
                Integer.parseInt(request.get(2)),
                new BinlogPosition(Long.parseLong(request.get(3)), Long.parseLong(request.get(4))));
        asked.add(slave);
        Optional<String> scripted = answer.apply(slave);
        if (scripted.isPresent()) {
            return scripted.get();
        }
        current = slave;
        return ":" + sids.incrementAndGet() + "\r\n";
    }

    private String answerHeartbeat(List<String> request) {
        if (request.get(0).equals("spci") && onAccepted != null) {
            Asked slave = current;
            Thread dialler = new Thread(() -> talk(slave), "scripted-master");
            dialler.setDaemon(true);
            dialler.start();
        }
        return heartbeatAnswer.apply(request);
    }

    private void talk(Asked slave) {
        try {
            onAccepted.accept(slave);
        } catch (UncheckedIOException e) {
            // the slave hung up, as a slave may
        }
    }

    int lastSid() {
        return sids.get();
    }

    /** Connects as a master does, and says auth with the session's id. */
    Dialled dialBack(Asked slave) {
        return dialBack(slave, lastSid());
    }

    Dialled dialBack(Asked slave, int sid) {
        try {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(slave.host(), slave.base() + 1_000), 2_000);
            Dialled dialled = new Dialled(socket);
            connections.add(dialled);
            byte[] auth = Wire.resp("auth", Integer.toString(sid));
            return dialled.send(generation == Generation.A ? auth : Wire.frame(1, auth));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection to a slave. */
    static final class Dialled {

        private final Socket socket;

        Dialled(Socket socket) {
            this.socket = socket;
        }

        Dialled send(byte[]... messages) {
            try {
                for (byte[] message : messages) {
                    socket.getOutputStream().write(message);
                }
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** True if the slave closed without having written a byte. */
        boolean endsInSilence() {
            try {
                InputStream in = socket.getInputStream();
                return in.read() < 0;
            } catch (IOException e) {
                return true; // a reset
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Runs the commands a master pushes a dump with, in its order (replication.md §4.1); false if one failed. */
    boolean push(Path dump, Asked slave, String moduleHost) {
        String module = slave.host() + "::document_" + moduleHost + ":" + port() + "/";
        List<String> types = generation == Generation.A
                ? List.of("kv", "hash", "list", "set", "zset")
                : List.of("strings", "hashes", "lists", "sets", "zsets");
        boolean sent = true;
        for (String type : types) {
            sent = sent && rsync(slave, "--bwlimit=131072", dump + "/" + type + "/", module + type + "/");
        }
        for (String type : types) {
            rsync(slave, "--delete", dump + "/" + type + "/", module + type + "/");
        }
        return sent && rsync(slave, "--bwlimit=131072", dump + "/info", module + "info");
    }

    private static boolean rsync(Asked slave, String option, String from, String to) {
        try {
            return new ProcessBuilder("rsync", "-avP", option, "--port=" + (slave.base() + 3_000), from, to)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static String latin(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    @Override
    public void close() {
        client.close();
        heartbeat.close();
        connections.forEach(Dialled::close);
    }
}
