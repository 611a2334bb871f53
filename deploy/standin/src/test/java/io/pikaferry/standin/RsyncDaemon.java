package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A real rsync daemon behind a proxy that keeps how each connection begins. */
final class RsyncDaemon implements AutoCloseable {

    private static final int HEAD = 400;

    private final Process daemon;
    private final ServerSocket proxy;
    private final int daemonPort;
    private final List<StringBuilder> connections = Collections.synchronizedList(new ArrayList<>());

    RsyncDaemon(int port, Path directory, String module, String moreSettings) throws IOException {
        Path config = directory.resolve("rsyncd.conf");
        Path data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(
                config,
                """
                use chroot = no
                list = no
                strict modes = no
                pid file = %s/rsyncd.pid
                log file = %s/rsyncd.log
                %s
                [%s]
                path = %s
                read only = no
                """
                        .formatted(directory, directory, userLines() + moreSettings, module, data));
        try (ServerSocket free = new ServerSocket(0)) {
            daemonPort = free.getLocalPort();
        }
        daemon = new ProcessBuilder(
                        "rsync",
                        "--daemon",
                        "--no-detach",
                        "--config=" + config,
                        "--address=127.0.0.1",
                        "--port=" + daemonPort)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        awaitListening();
        proxy = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** As root the daemon would write as nobody. */
    private static String userLines() {
        return System.getProperty("user.name").equals("root") ? "uid = root\ngid = root\n" : "";
    }

    private void awaitListening() {
        await().ignoreExceptions().until(() -> {
            new Socket(InetAddress.getLoopbackAddress(), daemonPort).close();
            return true;
        });
    }

    /** What the master's client said first on each connection, in order; a bare connect says nothing. */
    List<String> heads() {
        synchronized (connections) {
            return connections.stream().map(StringBuilder::toString).toList();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = proxy.accept();
                StringBuilder head = new StringBuilder();
                connections.add(head);
                Socket server = new Socket(InetAddress.getLoopbackAddress(), daemonPort);
                start(() -> pump(client, server, head));
                start(() -> pump(server, client, new StringBuilder(HEAD)));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void pump(Socket from, Socket to, StringBuilder head) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (head) {
                    if (head.length() < HEAD) {
                        head.append(new String(buffer, 0, n, ISO_8859_1));
                    }
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException broken) {
            // the other end has gone
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        proxy.close();
        daemon.destroy();
        daemon.waitFor();
    }
}
