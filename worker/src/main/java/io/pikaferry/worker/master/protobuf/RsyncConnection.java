package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncRequest;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncResponse;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * One connection to port + 10001 of a master from 3.5 on, whose RsyncService serves its dump (replication.md §4.3).
 *
 * <p>Threads: one; {@link #close} from any.
 */
final class RsyncConnection implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MILLIS = 5000;
    private static final int STEP_MILLIS = 100;
    /** We ask for 4 MiB at a time; the list of a dump of a million files fits too. */
    private static final int FRAME_LIMIT = 64 << 20;

    private final Socket socket;
    private final InputStream in;
    private final FrameInput frames;

    private RsyncConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 256 * 1024);
        this.frames = new FrameInput(in, FRAME_LIMIT);
    }

    static RsyncConnection open(InetSocketAddress address, Optional<InetAddress> local) throws IOException {
        Socket socket = new Socket();
        try {
            if (local.isPresent()) {
                socket.bind(new InetSocketAddress(local.get(), 0));
            }
            socket.setTcpNoDelay(true);
            socket.connect(address, CONNECT_TIMEOUT_MILLIS);
            return new RsyncConnection(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    void send(RsyncRequest request) throws IOException {
        socket.getOutputStream().write(Frames.of(request));
    }

    /**
     * The next answer, to whatever request.
     *
     * @return empty if none begins to arrive within that time
     * @throws SocketTimeoutException if one does not go on arriving
     */
    Optional<RsyncResponse> receive(Duration wait) throws IOException, InterruptedException {
        if (!awaitFirstByte(wait)) {
            return Optional.empty();
        }
        socket.setSoTimeout(Math.max(1, Math.toIntExact(wait.toMillis())));
        InputStream frame = frames.next().orElseThrow(EOFException::new);
        CodedInputStream coded = CodedInputStream.newInstance(frame);
        return Optional.of(RsyncResponse.newBuilder()
                .mergeFrom(coded, ExtensionRegistryLite.getEmptyRegistry())
                .buildPartial());
    }

    /** In small steps, as a read from a socket does not hear of an interrupt. */
    private boolean awaitFirstByte(Duration wait) throws IOException, InterruptedException {
        long until = System.nanoTime() + wait.toNanos();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for the master");
            }
            long left = Math.min(STEP_MILLIS, (until - System.nanoTime()) / 1_000_000);
            socket.setSoTimeout((int) Math.max(1, left));
            in.mark(1);
            try {
                if (in.read() < 0) {
                    throw new EOFException("the master closed the connection");
                }
                in.reset();
                return true;
            } catch (SocketTimeoutException e) {
                if (left <= 0) {
                    return false;
                }
            }
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
}
