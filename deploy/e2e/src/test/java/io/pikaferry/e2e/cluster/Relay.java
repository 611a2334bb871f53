package io.pikaferry.e2e.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between two programs and can be told to behave as bad networks do. Loopback only.
 *
 * <p>What is held up is not lost: like what TCP sends again when the line is back, it arrives in the end, also if whoever sent
 * it has long given the connection up.
 *
 * <p>Threads: two per connection; all methods may be called from any.
 */
public final class Relay implements AutoCloseable {

    /** Which way bytes go. */
    public enum Way {
        TO_SERVER,
        TO_CLIENT
    }

    private static final int PIECE = 16 * 1024;
    private static final int BACKLOG = 128;
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int server; // guarded by lock
    private boolean newOnesHeld; // guarded by lock
    private boolean refusing; // guarded by lock
    private Duration delay = Duration.ZERO; // guarded by lock
    private long nanosPerByte; // guarded by lock
    private final long[] bytesUntilCut = {NEVER, NEVER}; // guarded by lock; by way

    private Relay(String host, int port, int server) {
        this.server = server;
        try {
            listener = new ServerSocket(port, BACKLOG, InetAddress.getByName(host));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** On a free port of its own. */
    public static Relay to(int server) {
        return new Relay("127.0.0.1", Ports.free(), server);
    }

    /** On the server's own port, at another address of the loopback. */
    public static Relay at(String host, int server) {
        return new Relay(host, server, server);
    }

    public int port() {
        return listener.getLocalPort();
    }

    public String address() {
        return listener.getInetAddress().getHostAddress() + ":" + port();
    }

    // ------------------------------------------------------------------ what goes wrong

    /** All is well again: what was held up goes on its way. Connections that were cut stay cut. */
    public void heal() {
        change(() -> {
            newOnesHeld = false;
            refusing = false;
            delay = Duration.ZERO;
            nanosPerByte = 0;
            bytesUntilCut[0] = NEVER;
            bytesUntilCut[1] = NEVER;
            pairs.forEach(pair -> pair.held = false);
        });
    }

    /** Every piece takes so much longer. */
    public void delay(Duration by) {
        change(() -> delay = by);
    }

    /** Of every connection no more than so many bytes a second pass, each way. */
    public void narrow(int bytesPerSecond) {
        change(() -> nanosPerByte = TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
    }

    /** Every connection ends at once, for both sides. */
    public void cut() {
        pairs.forEach(Pair::close);
    }

    /** The connection on which so many bytes more have gone that way is cut right there, in the middle of whatever it is. */
    public void cutAfter(long bytes, Way way) {
        change(() -> bytesUntilCut[way.ordinal()] = bytes);
    }

    /** No more bytes go that way on the connections there are, and whoever reads them sees their end; the other way stays. */
    public void halfClose(Way way) {
        pairs.forEach(pair -> pair.end(way));
    }

    /** Nothing passes on the connections there are, and nobody is told; new ones work. */
    public void holdExisting() {
        change(() -> pairs.forEach(pair -> pair.held = true));
    }

    /** Nothing passes any more, and nobody is told. New connections are made, and silent. */
    public void blackHole() {
        change(() -> {
            newOnesHeld = true;
            pairs.forEach(pair -> pair.held = true);
        });
    }

    /** Connections end, new ones end at once. */
    public void refuse() {
        change(() -> refusing = true);
        cut();
    }

    /** From now on another server; connections to the former one end. */
    public void redirect(int to) {
        change(() -> server = to);
        cut();
    }

    public int connections() {
        return pairs.size();
    }

    private void change(Runnable how) {
        lock.lock();
        try {
            how.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------ the bytes

    private void accept() {
        while (!listener.isClosed()) {
            try {
                open(listener.accept());
            } catch (IOException e) {
                continue; // closed, or no such server just now
            }
        }
    }

    private void open(Socket client) throws IOException {
        Socket toServer = new Socket();
        Pair pair = new Pair(client, toServer);
        int to;
        lock.lock();
        try {
            if (refusing) {
                client.close();
                return;
            }
            pair.held = newOnesHeld;
            to = server;
            pairs.add(pair);
        } finally {
            lock.unlock();
        }
        try {
            toServer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to));
        } catch (IOException e) {
            pair.close();
            throw e;
        }
        daemon(() -> pair.pump(client, toServer, Way.TO_SERVER));
        daemon(() -> pair.pump(toServer, client, Way.TO_CLIENT));
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private final class Pair {

        private final Socket client;
        private final Socket toServer;
        private boolean held; // guarded by lock
        private volatile boolean closed;
        private final AtomicInteger ended = new AtomicInteger(); // ways

        Pair(Socket client, Socket toServer) {
            this.client = client;
            this.toServer = toServer;
        }

        void pump(Socket from, Socket to, Way way) {
            byte[] piece = new byte[PIECE];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    int allowed = pass(read, way);
                    out.write(piece, 0, allowed);
                    if (allowed < read) {
                        close();
                        return;
                    }
                }
                pass(0, way);
                to.shutdownOutput();
            } catch (IOException | InterruptedException e) {
                close(); // one end is gone: so is the other
                return;
            }
            if (ended.incrementAndGet() == Way.values().length) {
                close();
            }
        }

        /** Waits as long as things are held up; returns how many of the bytes may go. */
        private int pass(int bytes, Way way) throws InterruptedException {
            lock.lock();
            try {
                long nanos = delay.toNanos() + bytes * nanosPerByte;
                while (!closed && (held || nanos > 0)) {
                    if (held) {
                        changed.await();
                    } else {
                        nanos = changed.awaitNanos(nanos);
                    }
                }
                if (closed) {
                    return 0;
                }
                long left = bytesUntilCut[way.ordinal()];
                if (left == NEVER) {
                    return bytes;
                }
                bytesUntilCut[way.ordinal()] = left >= bytes ? left - bytes : NEVER;
                return (int) Math.min(bytes, left);
            } finally {
                lock.unlock();
            }
        }

        void end(Way way) {
            Socket reader = way == Way.TO_SERVER ? toServer : client;
            Socket writer = way == Way.TO_SERVER ? client : toServer;
            try {
                reader.shutdownOutput();
                writer.shutdownInput();
            } catch (IOException e) {
                close();
            }
        }

        void close() {
            closed = true;
            pairs.remove(this);
            for (Socket socket : List.of(client, toServer)) {
                try {
                    socket.close();
                } catch (IOException e) {
                    continue; // closing is all we wanted
                }
            }
            change(() -> {}); // wakes whoever waits for it
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cut();
        }
    }
}
