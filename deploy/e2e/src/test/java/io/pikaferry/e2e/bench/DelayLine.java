package io.pikaferry.e2e.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A long way between two programs: what goes in comes out half a round trip later, at any rate up to what memory can hold of it, as
 * on a long line with a wide window.
 *
 * <p>Threads: four per connection.
 */
final class DelayLine implements AutoCloseable {

    private static final int PIECE = 64 * 1024;
    private static final int ON_THE_WAY = 1024;

    private final ServerSocket listener;
    private final int server;
    private final long delayNanos;

    /** A plain class: it carries an array. */
    private static final class Piece {
        private final long dueNanos;
        private final byte[] bytes;
        private final int length;

        Piece(long dueNanos, byte[] bytes, int length) {
            this.dueNanos = dueNanos;
            this.bytes = bytes;
            this.length = length;
        }
    }

    private DelayLine(int server, double roundTripMillis) throws IOException {
        this.server = server;
        this.delayNanos = (long) (roundTripMillis * 1e6 / 2);
        this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    static DelayLine to(int server, double roundTripMillis) throws IOException {
        return new DelayLine(server, roundTripMillis);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket toServer = new Socket(InetAddress.getLoopbackAddress(), server);
                client.setTcpNoDelay(true);
                toServer.setTcpNoDelay(true);
                carry(client, toServer);
                carry(toServer, client);
            } catch (IOException e) {
                continue; // closed, or no such server
            }
        }
    }

    private void carry(Socket from, Socket to) {
        BlockingQueue<Piece> way = new ArrayBlockingQueue<>(ON_THE_WAY);
        daemon(() -> takeIn(from, way));
        daemon(() -> bringOut(way, to, from));
    }

    private void takeIn(Socket from, BlockingQueue<Piece> way) {
        try {
            InputStream in = from.getInputStream();
            while (true) {
                byte[] bytes = new byte[PIECE];
                int length = in.read(bytes);
                way.put(new Piece(System.nanoTime() + delayNanos, bytes, length));
                if (length < 0) {
                    return;
                }
            }
        } catch (IOException e) {
            way.clear();
            way.add(new Piece(System.nanoTime(), new byte[0], -1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void bringOut(BlockingQueue<Piece> way, Socket to, Socket from) {
        try {
            OutputStream out = to.getOutputStream();
            while (true) {
                Piece piece = way.take();
                for (long left = piece.dueNanos - System.nanoTime();
                        left > 0;
                        left = piece.dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                if (piece.length < 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(piece.bytes, 0, piece.length);
            }
        } catch (IOException e) {
            closeQuietly(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return; // closing is all we wanted
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "delay-line");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            return; // closing is all we wanted
        }
    }
}
