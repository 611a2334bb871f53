package io.pikaferry.worker.snapshot.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The blocks of one file. Who reads them in a row is read ahead for, more and more up to some limit; who looks for one
 * gets that one. Used by one thread.
 */
final class BlockFile implements AutoCloseable {

    private static final int READ_AHEAD_BYTES = 128 << 10;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final Decompression decompression;

    private Checksum checksum = Checksum.NONE;
    private byte[] window = {};
    private long windowAt;
    private int windowLength;
    private long expectedNext = -1;
    private int ahead;

    private BlockFile(Path path, FileChannel channel, long size, Decompression decompression) {
        this.path = path;
        this.channel = channel;
        this.size = size;
        this.decompression = decompression;
    }

    static BlockFile open(Path path, Decompression decompression) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new BlockFile(path, channel, channel.size(), decompression);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    long size() {
        return size;
    }

    /** From now on each block is held to it. */
    void guardedBy(Checksum kind) {
        checksum = kind;
    }

    /** What it ends with. */
    byte[] tail(int length) throws IOException, UnreadableTableException {
        if (size < length) {
            throw new UnreadableTableException(path + " has only " + size + " bytes");
        }
        fill(size - length, length);
        return Arrays.copyOf(window, length);
    }

    void read(BlockHandle handle, BlockBuffer into) throws UnreadableTableException {
        int length = handle.size() + BlockHandle.TRAILER;
        if (handle.offset() > size - length) {
            throw new UnreadableTableException(
                    "a block at %d of %s goes beyond its end".formatted(handle.offset(), path));
        }
        try {
            int at = bring(handle.offset(), length);
            int end = at + handle.size();
            int expected = LittleEndian.i32(window, end + 1);
            if (!checksum.fits(window, at, handle.size(), expected)) {
                throw new UnreadableTableException("the block at %d of %s is damaged".formatted(handle.offset(), path));
            }
            decompression.unpack(window[end] & 0xff, window, at, handle.size(), into);
        } catch (IOException e) {
            throw new UnreadableTableException(path + " cannot be read", e);
        }
    }

    /** Returns where in the window it begins. */
    private int bring(long offset, int length) throws IOException {
        ahead = offset == expectedNext ? Math.min(READ_AHEAD_BYTES, 2 * ahead + length) : 0;
        expectedNext = offset + length;
        if (offset < windowAt || offset + length > windowAt + windowLength) {
            fill(offset, (int) Math.min(size - offset, Math.max(length, ahead)));
        }
        return (int) (offset - windowAt);
    }

    private void fill(long offset, int length) throws IOException {
        if (window.length < length) {
            window = new byte[length];
        }
        windowLength = 0;
        ByteBuffer buffer = ByteBuffer.wrap(window, 0, length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException(path + " became shorter");
            }
        }
        windowAt = offset;
        windowLength = length;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path + " does not close", e);
        }
    }
}
