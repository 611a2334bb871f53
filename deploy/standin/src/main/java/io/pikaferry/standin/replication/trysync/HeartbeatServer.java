package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.net.Listener;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Listens on P+2000: {@code spci <sid>} links a connection to a slave, {@code ping} keeps it; when the
 * connection ends or falls silent the slave is removed (spec/replication.md §3.1.3).
 */
public final class HeartbeatServer implements Closeable {

    private static final long CRON_MILLIS = 500;

    private final Listener listener;
    private final ScheduledExecutorService cron;
    private final SlaveRegistry slaves;
    private final Timings timings;
    private final String masterIp;

    public HeartbeatServer(InetSocketAddress address, SlaveRegistry slaves, Timings timings) throws IOException {
        this.slaves = slaves;
        this.timings = timings;
        this.masterIp = address.getAddress().getHostAddress();
        listener = new Listener("heartbeat", address, this::serve);
        cron = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "heartbeat cron");
            thread.setDaemon(true);
            return thread;
        });
        var unused = cron.scheduleWithFixedDelay(
                () -> slaves.removeLate(timings.registrationGrace()), CRON_MILLIS, CRON_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void serve(Socket socket) throws IOException {
        String peer = socket.getInetAddress().getHostAddress();
        if (!slaves.admits(peer.equals("127.0.0.1") ? masterIp : peer)) {
            return;
        }
        socket.setSoTimeout((int) timings.heartbeatSilence().toMillis());
        RequestReader requests = new RequestReader(socket.getInputStream());
        try {
            while (true) {
                Optional<Request> request = requests.next();
                if (request.isEmpty()) {
                    return;
                }
                answer(request.get(), socket).writeTo(socket.getOutputStream());
            }
        } finally {
            slaves.removeByHeartbeat(socket);
        }
    }

    /** Names count in lower case only; a {@code spci} without number is answered too. */
    private Reply answer(Request request, Socket socket) {
        return switch (request.text(0)) {
            case "ping" -> new Reply().status("PONG");
            case "spci" -> {
                if (request.size() > 1 && request.text(1).matches("\\d{1,18}")) {
                    slaves.linkHeartbeat(Long.parseLong(request.text(1)), socket);
                }
                yield new Reply().ok();
            }
            default -> new Reply().error("ERR What the fuck are u sending");
        };
    }

    @Override
    public void close() throws IOException {
        cron.shutdownNow();
        listener.close();
        slaves.clear();
    }
}
