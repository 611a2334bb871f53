package io.pikaferry.standin.dump;

import io.pikaferry.standin.dataset.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Keys of 2.x: a capital letter and the key for a meta record; the small letter, {@code u8 |K|}, the key and
 * what follows for data (spec/dump-formats.md §3.1).
 */
final class NemoKeys {

    private static final long SCORE_SHIFT = 1_000_000_000_000_000_000L;
    private static final double SCORE_SCALE = 100_000;

    private NemoKeys() {}

    static byte[] meta(char kind, Bytes key) {
        return ByteBuffer.allocate(1 + key.length())
                .put((byte) kind)
                .put(key.array())
                .array();
    }

    static byte[] field(Bytes key, Bytes field) {
        return buffer('h', key, 1 + field.length())
                .put((byte) '=')
                .put(field.array())
                .array();
    }

    static byte[] member(char kind, Bytes key, Bytes member) {
        return buffer(kind, key, member.length()).put(member.array()).array();
    }

    /** The score in units of a hundred-thousandth, shifted to be positive, big endian. */
    static byte[] score(Bytes key, double score, Bytes member) {
        long scaled = Math.round(Math.abs(score) * SCORE_SCALE);
        return buffer('y', key, 8 + member.length())
                .putLong((score < 0 ? -scaled : scaled) + SCORE_SHIFT)
                .put(member.array())
                .array();
    }

    static byte[] node(Bytes key, long sequence) {
        return buffer('l', key, 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(sequence)
                .array();
    }

    static byte[] prefix(char kind, Bytes key) {
        return buffer(kind, key, 0).array();
    }

    private static ByteBuffer buffer(char kind, Bytes key, int more) {
        if (key.length() > 255) {
            throw new IllegalArgumentException(
                    "a key of " + key.length() + " bytes is too long for a collection of 2.x");
        }
        return ByteBuffer.allocate(2 + key.length() + more)
                .put((byte) kind)
                .put((byte) key.length())
                .put(key.array());
    }
}
