package io.pikaferry.standin.replication.protobuf;

import com.google.protobuf.MessageLite;
import io.pikaferry.standin.fault.Faults;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that carries messages after their length (4 bytes, big endian). One thread reads; any
 * may send: what is sent waits in a queue whose length the sync windows bound.
 */
final class FrameConnection implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(FrameConnection.class);
    private static final int LONGEST = 512 << 20;
    private static final byte[] END = new byte[0];

    private final Socket socket;
    private final DataInputStream in;
    private final Faults faults;
    private final BlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();

    FrameConnection(Socket socket, Faults faults) throws IOException {
        this.socket = socket;
        this.faults = faults;
        in = new DataInputStream(socket.getInputStream());
        Thread writer = new Thread(this::write, "frames to " + socket.getPort());
        writer.setDaemon(true);
        writer.start();
    }

    /** The next message's bytes, or nothing at the end. */
    Optional<byte[]> read() throws IOException {
        byte[] head = in.readNBytes(4);
        if (head.length < 4) {
            return Optional.empty();
        }
        int length = ByteBuffer.wrap(head).getInt();
        if (length < 0 || length > LONGEST - 4) {
            throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] body = in.readNBytes(length);
        return body.length == length ? Optional.of(body) : Optional.empty();
    }

    void send(MessageLite message) {
        outgoing.add(framed(message));
    }

    /** Sends what faults may strike: items. */
    void sendItems(MessageLite message) {
        byte[] frame = framed(message);
        if (faults.takeCorruption()) {
            frame[4] ^= (byte) 0xff;
        }
        int sendable = faults.sendable(frame.length);
        if (sendable < frame.length) {
            outgoing.add(java.util.Arrays.copyOf(frame, sendable));
            outgoing.add(END);
        } else {
            outgoing.add(frame);
        }
    }

    private static byte[] framed(MessageLite message) {
        byte[] body = message.toByteArray();
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private void write() {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            for (byte[] frame = outgoing.take(); frame != END; frame = outgoing.take()) {
                out.write(frame);
            }
        } catch (IOException e) {
            log.debug("connection {} broke", socket, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes at once; what waits is not sent. */
    @Override
    public void close() throws IOException {
        socket.close();
        outgoing.add(END);
    }
}
