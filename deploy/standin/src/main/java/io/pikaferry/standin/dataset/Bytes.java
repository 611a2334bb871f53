package io.pikaferry.standin.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** A key, field, member or value: compared by content, ordered as RocksDB orders (unsigned). Prints its length only. */
public final class Bytes implements Comparable<Bytes> {

    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;
    private int hash;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over without copying it; the caller must not touch it again. */
    public static Bytes owning(byte[] bytes) {
        return new Bytes(bytes);
    }

    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(UTF_8));
    }

    /** The array itself; not to be written to. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    public String asUtf8() {
        return new String(bytes, UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        if (hash == 0) {
            hash = Arrays.hashCode(bytes);
        }
        return hash;
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
