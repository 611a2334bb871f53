package io.pikaferry.worker.master;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Answers requests on a port of its own, by a function. */
public final class RespServer implements AutoCloseable {

    private final ServerSocket server;
    private final boolean verbatim;
    private final Function<List<String>, String> answers;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<List<String>> requests = new CopyOnWriteArrayList<>();

    /** @param answers from a request, its name in upper case, to the reply's bytes as Latin-1; empty closes */
    public RespServer(Function<List<String>, String> answers) {
        this(0, answers);
    }

    public RespServer(int port, Function<List<String>, String> answers) {
        this(port, false, answers);
    }

    /** @param verbatim whether names are to be left in the case they came in */
    public RespServer(int port, boolean verbatim, Function<List<String>, String> answers) {
        this.verbatim = verbatim;
        this.answers = answers;
        try {
            this.server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** A master that lets everybody in; settings as CONFIG GET answers them. */
    public static Function<List<String>, String> master(String info, Map<String, String> settings) {
        return request -> switch (request.get(0)) {
            case "AUTH" -> "-ERR Client sent AUTH, but no password is set\r\n";
            case "INFO" -> bulk(info);
            case "CONFIG" -> settings.containsKey(request.get(2))
                    ? "*2\r\n" + bulk(request.get(2)) + bulk(settings.get(request.get(2)))
                    : "*0\r\n";
            default -> "-ERR unknown\r\n";
        };
    }

    public static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    public Endpoint endpoint() {
        return new Endpoint("127.0.0.1", server.getLocalPort());
    }

    public List<List<String>> requests() {
        return requests;
    }

    public void dropConnections() {
        open.forEach(RespServer::close);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                RespConnection in = RespConnection.accepted(socket, 1 << 20)) {
            while (true) {
                List<String> request = words((Reply.Array) in.receive());
                requests.add(request);
                String reply = answers.apply(request);
                if (reply.isEmpty()) {
                    return;
                }
                socket.getOutputStream().write(reply.getBytes(ISO_8859_1));
            }
        } catch (IOException e) {
            // the client went away
        }
    }

    private List<String> words(Reply.Array array) {
        List<String> words = new java.util.ArrayList<>(array.elements().stream()
                .map(word -> ((Reply.Bulk) word).value().asUtf8())
                .toList());
        if (!verbatim) {
            words.set(0, words.get(0).toUpperCase(Locale.ROOT));
        }
        return List.copyOf(words);
    }

    private static void daemon(Runnable body) {
        Thread thread = new Thread(body, "resp-server");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dropConnections();
    }
}
