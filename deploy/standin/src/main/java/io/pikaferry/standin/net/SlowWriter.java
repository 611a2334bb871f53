package io.pikaferry.standin.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * An outgoing connection that only writes, and gives up when the peer takes not a single byte for a
 * while: SO_SNDTIMEO, which Java does not have. Closing it from another thread breaks a write.
 */
public final class SlowWriter implements Closeable {

    private final SocketChannel channel;
    private final Selector selector;
    private final Duration timeout;

    private SlowWriter(SocketChannel channel, Selector selector, Duration timeout) {
        this.channel = channel;
        this.selector = selector;
        this.timeout = timeout;
    }

    public static SlowWriter connect(InetSocketAddress peer, Duration connectTimeout, Duration sendTimeout)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(peer, (int) connectTimeout.toMillis());
            channel.socket().setTcpNoDelay(true);
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_WRITE);
            return new SlowWriter(channel, selector, sendTimeout);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Writes all of it. If that fails, the buffer stands behind what was written. */
    public void write(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.write(buffer) == 0) {
                selector.selectedKeys().clear();
                if (selector.select(timeout.toMillis()) == 0 && selector.isOpen()) {
                    throw new SocketTimeoutException("the peer takes nothing");
                }
                if (!channel.isOpen() || Thread.currentThread().isInterrupted()) {
                    throw new IOException("closed while writing");
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
