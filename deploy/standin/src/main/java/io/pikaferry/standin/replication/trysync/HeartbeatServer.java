package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.net.Listener;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import io.pikaferry.standin.settings.Ticker;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on P+2000: {@code spci <sid>} links a connection to a slave, {@code ping} keeps it; when the
 * connection ends or falls silent the slave is removed (spec/replication.md §3.1.3).
 */
public final class HeartbeatServer implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(HeartbeatServer.class);
    private static final long CRON_MILLIS = 100;

    private final Listener listener;
    private final ScheduledExecutorService cron;
    private final SlaveRegistry slaves;
    private final Timings timings;
    private final Ticker ticker;
    private final Map<Socket, Long> lastHeard = new ConcurrentHashMap<>();
    private final String masterIp;

    public HeartbeatServer(InetSocketAddress address, SlaveRegistry slaves, Timings timings, Ticker ticker)
            throws IOException {
        this.slaves = slaves;
        this.timings = timings;
        this.ticker = ticker;
        this.masterIp = address.getAddress().getHostAddress();
        listener = new Listener("heartbeat", address, this::serve);
        cron = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "heartbeat cron");
            thread.setDaemon(true);
            return thread;
        });
        var unused = cron.scheduleWithFixedDelay(this::removeSilent, CRON_MILLIS, CRON_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void removeSilent() {
        slaves.removeLate(timings.registrationGrace());
        long latest = ticker.nanos() - timings.heartbeatSilence().toNanos();
        lastHeard.forEach((connection, heard) -> {
            if (heard - latest < 0) {
                try {
                    connection.close(); // whoever reads it removes the slave
                } catch (IOException e) {
                    log.debug("cannot close a heartbeat", e);
                }
            }
        });
    }

    private void serve(Socket socket) throws IOException {
        String peer = socket.getInetAddress().getHostAddress();
        if (!slaves.admits(peer.equals("127.0.0.1") ? masterIp : peer)) {
            return;
        }
        lastHeard.put(socket, ticker.nanos());
        RequestReader requests = new RequestReader(socket.getInputStream());
        try {
            while (true) {
                Optional<Request> request = requests.next();
                if (request.isEmpty()) {
                    return;
                }
                lastHeard.put(socket, ticker.nanos());
                answer(request.get(), socket).writeTo(socket.getOutputStream());
            }
        } finally {
            lastHeard.remove(socket);
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
