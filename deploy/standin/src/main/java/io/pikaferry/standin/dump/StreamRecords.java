package io.pikaferry.standin.dump;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StreamId;
import io.pikaferry.standin.dataset.StreamValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The records of streams, which 3.5 and 4.0 have in common (spec/dump-formats.md §3.2). */
final class StreamRecords {

    private StreamRecords() {}

    /** All of a meta record but its version, which comes last. */
    static ByteBuffer meta(StreamValue stream, ByteBuffer into) {
        return into.putInt(0)
                .putLong(stream.entriesAdded())
                .putLong(stream.firstId().millis())
                .putLong(stream.firstId().sequence())
                .putLong(stream.lastId().millis())
                .putLong(stream.lastId().sequence())
                .putLong(stream.maxDeletedId().millis())
                .putLong(stream.maxDeletedId().sequence())
                .putInt(stream.entries().size());
    }

    /** Number of entries of a meta record. */
    static int length(ByteBuffer meta) {
        return meta.getInt(60);
    }

    static void restore(StreamValue stream, ByteBuffer meta) {
        stream.restore(
                new StreamId(meta.getLong(28), meta.getLong(36)),
                new StreamId(meta.getLong(44), meta.getLong(52)),
                meta.getLong(4));
    }

    static StreamId id(byte[] bigEndian) {
        ByteBuffer id = ByteBuffer.wrap(bigEndian);
        return new StreamId(id.getLong(0), id.getLong(8));
    }

    /** Fields and values by turns, each after its length. */
    static byte[] words(List<Bytes> words) {
        int size = words.stream().mapToInt(word -> 4 + word.length()).sum();
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        words.forEach(word -> out.putInt(word.length()).put(word.array()));
        return out.array();
    }

    static List<Bytes> words(byte[] stored) {
        ByteBuffer in = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        List<Bytes> words = new ArrayList<>();
        while (in.remaining() >= 4) {
            int length = in.getInt();
            int start = in.position();
            words.add(Bytes.owning(Arrays.copyOfRange(stored, start, start + length)));
            in.position(start + length);
        }
        return words;
    }
}
