package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.resp.Request;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The least slave of 3.0 that a master accepts. */
final class FakeSlave implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int ITEM_HEAD = 34;

    private final StandinMaster master;
    private final ServerSocket listener;
    private Socket heartbeat = new Socket();
    private Socket binlog = new Socket();

    FakeSlave(StandinMaster master) throws IOException {
        this.master = master;
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(TIMEOUT_MILLIS);
    }

    /** The reply to a trysync at that position. */
    String trysync(long file, long offset) throws IOException {
        int port = listener.getLocalPort() - 1000;
        try (Socket socket = connect(0)) {
            socket.getOutputStream()
                    .write(Request.of("trysync", "127.0.0.1", "" + port, "" + file, "" + offset)
                            .encoded());
            byte[] reply = new byte[256];
            return new String(reply, 0, socket.getInputStream().read(reply), UTF_8).strip();
        }
    }

    int rsyncPort() {
        return listener.getLocalPort() + 2000;
    }

    /** Registers, links the heartbeat and takes the binlog connection up to its authentication. */
    void attach(long file, long offset) throws IOException {
        String sid = trysync(file, offset).substring(1);
        heartbeat = connect(2000);
        heartbeat.getOutputStream().write(Request.of("spci", sid).encoded());
        acceptBinlog();
    }

    void acceptBinlog() throws IOException {
        binlog = listener.accept();
        binlog.setSoTimeout(TIMEOUT_MILLIS);
        frame();
    }

    private Socket connect(int shift) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), master.address().getPort() + shift);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** The content of the next item. */
    String item() throws IOException {
        byte[] frame = frame();
        return new String(frame, ITEM_HEAD, frame.length - ITEM_HEAD, UTF_8);
    }

    /** The body of the next frame; fails with {@link EOFException} at the end. */
    byte[] frame() throws IOException {
        DataInputStream in = new DataInputStream(binlog.getInputStream());
        byte[] head = new byte[6];
        in.readFully(head);
        ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        if (fields.getShort(0) > 2) {
            throw new IOException("frame of kind " + fields.getShort(0));
        }
        byte[] body = new byte[fields.getInt(2)];
        in.readFully(body);
        return body;
    }

    @Override
    public void close() throws IOException {
        heartbeat.close();
        binlog.close();
        listener.close();
    }
}
