package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages as they go out (replication.md §2.3). */
final class Frames {

    private Frames() {}

    /** The message with its length before it. */
    static byte[] of(MessageLite message) {
        int length = message.getSerializedSize();
        byte[] frame = new byte[4 + length];
        frame[0] = (byte) (length >>> 24);
        frame[1] = (byte) (length >>> 16);
        frame[2] = (byte) (length >>> 8);
        frame[3] = (byte) length;
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(frame, 4, length);
            message.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("an array refused to be written to", e);
        }
        return frame;
    }
}
