package io.pikaferry.standin.dump;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StreamId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Keys of the data column families of 3.0 to 3.5: {@code u32 |K|, K, i32 version}, little endian, and
 * what follows (spec/dump-formats.md §3.2).
 */
final class BlackwidowKeys {

    private BlackwidowKeys() {}

    static byte[] prefix(Bytes key, int version) {
        return buffer(key, version, 0).array();
    }

    static byte[] element(Bytes key, int version, Bytes element) {
        return buffer(key, version, element.length()).put(element.array()).array();
    }

    static byte[] index(Bytes key, int version, long index) {
        return buffer(key, version, 8).putLong(index).array();
    }

    /** Ids are big endian, so that they sort. */
    static byte[] streamId(Bytes key, int version, StreamId id) {
        return buffer(key, version, 16)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(id.millis())
                .putLong(id.sequence())
                .array();
    }

    static byte[] score(Bytes key, int version, double score, Bytes member) {
        return buffer(key, version, 8 + member.length())
                .putDouble(score)
                .put(member.array())
                .array();
    }

    static Bytes elementOf(byte[] dataKey, int prefixLength) {
        return Bytes.owning(Arrays.copyOfRange(dataKey, prefixLength, dataKey.length));
    }

    private static ByteBuffer buffer(Bytes key, int version, int more) {
        return ByteBuffer.allocate(8 + key.length() + more)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(key.length())
                .put(key.array())
                .putInt(version);
    }
}
