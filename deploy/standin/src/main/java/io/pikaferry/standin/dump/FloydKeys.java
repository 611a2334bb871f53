package io.pikaferry.standin.dump;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StreamId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Keys of 4.0: {@code 8 x 00, escaped key, 00 00, [u64 version, data,] 16 x 00}; a zero byte of the key is
 * escaped as {@code 00 01} (spec/dump-formats.md §3.3).
 */
final class FloydKeys {

    static final int HEAD = 8;
    static final int TAIL = 16;
    private static final int SLOTS = 1024;

    private FloydKeys() {}

    /** Which of the RocksDBs of a database holds the key. */
    static int instance(Bytes key, int instances) {
        String text = new String(key.array(), ISO_8859_1);
        int open = text.indexOf('{');
        int close = open < 0 ? -1 : text.indexOf('}', open + 1);
        byte[] hashed = close > open + 1 ? Arrays.copyOfRange(key.array(), open + 1, close) : key.array();
        CRC32 crc = new CRC32();
        crc.update(hashed);
        return (int) (crc.getValue() % SLOTS % instances);
    }

    static byte[] meta(Bytes key) {
        byte[] escaped = escape(key);
        return ByteBuffer.allocate(HEAD + escaped.length + TAIL)
                .position(HEAD)
                .put(escaped)
                .array();
    }

    static byte[] data(Bytes key, long version, byte[] data) {
        byte[] escaped = escape(key);
        return ByteBuffer.allocate(HEAD + escaped.length + 8 + data.length + TAIL)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(HEAD)
                .put(escaped)
                .putLong(version)
                .put(data)
                .array();
    }

    /** What all data keys of a key begin with. */
    static byte[] prefix(Bytes key, long version) {
        byte[] whole = data(key, version, new byte[0]);
        return Arrays.copyOf(whole, whole.length - TAIL);
    }

    static byte[] index(long index) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(index)
                .array();
    }

    static byte[] score(double score, Bytes member) {
        return ByteBuffer.allocate(8 + member.length())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(score)
                .put(member.array())
                .array();
    }

    static byte[] streamId(StreamId id) {
        return ByteBuffer.allocate(16)
                .putLong(id.millis())
                .putLong(id.sequence())
                .array();
    }

    /** What follows the prefix, without the reserved end. */
    static byte[] dataOf(byte[] key, int prefixLength) {
        return Arrays.copyOfRange(key, prefixLength, key.length - TAIL);
    }

    /** The key of a meta record. */
    static Bytes keyOf(byte[] metaKey) {
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        for (int i = HEAD; i + 1 < metaKey.length && (metaKey[i] != 0 || metaKey[i + 1] != 0); i++) {
            key.write(metaKey[i]);
            if (metaKey[i] == 0) {
                i++;
            }
        }
        return Bytes.owning(key.toByteArray());
    }

    /** The index after the two zero bytes that end the key. */
    static int endOfKey(ByteBuffer encoded) {
        int at = HEAD;
        while (at + 1 < encoded.remaining() && (encoded.get(at) != 0 || encoded.get(at + 1) != 0)) {
            at++;
        }
        return Math.min(at + 2, encoded.remaining());
    }

    private static byte[] escape(Bytes key) {
        ByteArrayOutputStream escaped = new ByteArrayOutputStream(key.length() + 4);
        for (byte b : key.array()) {
            escaped.write(b);
            if (b == 0) {
                escaped.write(1);
            }
        }
        escaped.write(0);
        escaped.write(0);
        return escaped.toByteArray();
    }
}
