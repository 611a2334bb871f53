package io.pikaferry.worker.master.dialback;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection a master made to us, read and never written to.
 *
 * <p>These masters write each item by itself. Of a stream that comes fast it is cheaper, for both ends, to read once in a while
 * what has gathered in the kernel than to be woken for each item; so between two reads of such a stream we pause.
 *
 * <p>Threads: one; {@link #close} from any.
 */
final class BinlogConnection implements AutoCloseable {

    private static final int USUAL_BUFFER = 256 * 1024;
    /** Room for the longest message that decoders let pass. */
    private static final long MAX_BUFFER = FrameDecoder.MAX_BODY + (1L << 20);

    /** A stream is fast if more messages than this come within a pause's length. */
    private static final int FAST = 50;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** With so much at a time there is no need for pauses. */
    private static final int MUCH = 64 * 1024;

    private final Socket socket;
    private final WireDecoder decoder;
    private byte[] buffer = new byte[USUAL_BUFFER];
    private int from;
    private int to;
    private int soTimeout;
    private long received;
    private boolean much; // came with the last read
    private int messages; // since the last look at the clock
    private long lookedAt = System.nanoTime();

    BinlogConnection(Socket socket, WireDecoder decoder) {
        this.socket = socket;
        this.decoder = decoder;
    }

    /**
     * The next message; empty if it was not there in time.
     *
     * @param waitMillis 0 for however long it takes
     * @throws EOFException if the master closed the connection; what was whole before has been returned
     */
    Optional<WireMessage> next(int waitMillis) throws IOException {
        while (true) {
            Optional<WireMessage> message = decoder.decode(buffer, from, to);
            if (message.isPresent()) {
                from += message.get().wireLength();
                messages++;
                return message;
            }
            makeRoom();
            if (soTimeout != waitMillis) {
                socket.setSoTimeout(waitMillis);
                soTimeout = waitMillis;
            }
            pauseIfFast();
            int count;
            try {
                count = socket.getInputStream().read(buffer, to, buffer.length - to);
            } catch (SocketTimeoutException e) {
                return Optional.empty();
            }
            if (count < 0) {
                throw new EOFException("the master closed the connection" + (from == to ? "" : " within an item"));
            }
            to += count;
            received += count;
            much = count >= MUCH;
        }
    }

    private void pauseIfFast() {
        if (much || messages == 0) {
            return;
        }
        long now = System.nanoTime();
        long since = now - lookedAt;
        if (since < PAUSE_NANOS && messages < FAST) {
            return; // too early to tell
        }
        if (messages * PAUSE_NANOS > FAST * since) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        messages = 0;
        lookedAt = now;
    }

    /** Whether the beginning of a message is here, and so the rest is under way. */
    boolean isWithinMessage() {
        return from != to;
    }

    /** Bytes so far. */
    long received() {
        return received;
    }

    /** Grows with what has arrived, by doubling, never with what was announced. */
    private void makeRoom() {
        if (from == to) {
            from = 0;
            to = 0;
            if (buffer.length > USUAL_BUFFER) {
                buffer = new byte[USUAL_BUFFER];
            }
        } else if (to == buffer.length) {
            byte[] next = from > buffer.length / 2
                    ? buffer
                    : new byte[Math.toIntExact(Math.min(2L * buffer.length, MAX_BUFFER))];
            System.arraycopy(buffer, from, next, 0, to - from);
            buffer = next;
            to -= from;
            from = 0;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }

    @Override
    public String toString() {
        return "connection from " + socket.getRemoteSocketAddress();
    }
}
