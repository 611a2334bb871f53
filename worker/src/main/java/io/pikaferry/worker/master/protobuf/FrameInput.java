package io.pikaferry.worker.master.protobuf;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Cuts what a master sends into frames: 4 bytes of length, big-endian, then as many bytes of one protobuf message
 * (replication.md §2.3). A frame is handed out as a stream, so nothing is allocated on the word of a length.
 *
 * <p>Threads: one.
 */
final class FrameInput {

    /** What Pika itself refuses: header and body together. */
    static final int PIKA_LIMIT = 512 << 20;

    private final InputStream in;
    private final int limit;
    private long remaining; // of the frame that is being read

    FrameInput(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /**
     * The next frame's body; what was left of the one before is skipped. Empty if the master closed the connection
     * between two frames.
     *
     * @throws EOFException if it did so within one
     * @throws OversizedFrame if the length cannot be one
     */
    Optional<InputStream> next() throws IOException {
        in.skipNBytes(remaining);
        remaining = 0;
        int first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        long length = first;
        for (int i = 0; i < 3; i++) {
            length = length << 8 | readOrFail();
        }
        if (length + 4 >= limit) {
            throw new OversizedFrame(length, limit);
        }
        remaining = length;
        return Optional.of(new Body());
    }

    private int readOrFail() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the connection ended within the length of a frame");
        }
        return next;
    }

    /** A length that no frame has: what comes is not this protocol. */
    static final class OversizedFrame extends IOException {
        private static final long serialVersionUID = 1;

        OversizedFrame(long length, int limit) {
            super("a frame of " + length + " bytes, where less than " + limit + " are allowed");
        }
    }

    private final class Body extends InputStream {

        @Override
        public int read() throws IOException {
            if (remaining == 0) {
                return -1;
            }
            int next = in.read();
            if (next < 0) {
                throw endedWithin();
            }
            remaining--;
            return next;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (remaining == 0) {
                return -1;
            }
            int read = in.read(into, offset, (int) Math.min(length, remaining));
            if (read < 0) {
                throw endedWithin();
            }
            remaining -= read;
            return read;
        }

        private EOFException endedWithin() {
            return new EOFException("the connection ended within a frame, " + remaining + " bytes short");
        }
    }
}
