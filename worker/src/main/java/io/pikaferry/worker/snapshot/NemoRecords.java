package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.table.LittleEndian;
import java.util.Arrays;

/**
 * Reads the records of Pika 2 (dump-formats.md §3.1, §4.1). Pure; one per sub-database, which it names when a record is
 * malformed.
 *
 * <pre>
 * any value      user's value | u32 version | i32 timestamp (seconds; 0: never expires)
 * meta key       'H' 'S' 'Z' 'L' | K
 * meta value     i64 count; list: i64 length, left, right, next seq
 * data key       'h' 's' 'z' 'l' | u8 length of K | K | hash: '=' field; set, zset: member; list: i64 seq
 * data value     hash: value; zset: f64 score; list: i64 previous, i64 next seq | element
 * </pre>
 */
final class NemoRecords {

    static final int SUFFIX = 8;
    static final int LIST_LINKS = 16;

    private static final int META = 8;
    private static final int LIST_META = 32;
    /** The length of K is one byte in a data key. */
    private static final int MAX_KEY = 255;

    /**
     * @param left seq of the first node of a list; 0 in the other types
     * @param nextSeq the first seq no node of a list has had yet; 0 in the other types
     */
    record Meta(long count, int version, int timestamp, long left, long nextSeq) {

        boolean live(long asOfSeconds) {
            return count > 0 && !expired(timestamp, asOfSeconds);
        }

        /** Whether it is empty, and what is filled in now expires as what was there before. */
        boolean remembersExpiry(long asOfSeconds) {
            return count <= 0 && timestamp != 0 && !expired(timestamp, asOfSeconds);
        }

        /** Data of a former life of the key have a smaller version; nemo itself drops only those. */
        boolean owns(int dataVersion) {
            return Integer.compareUnsigned(dataVersion, version) >= 0;
        }
    }

    private final Corruption corruption;

    NemoRecords(Corruption corruption) {
        this.corruption = corruption;
    }

    static byte metaTag(PikaType type) {
        return switch (type) {
            case HASH -> 'H';
            case LIST -> 'L';
            case ZSET -> 'Z';
            case SET -> 'S';
            case STRING, STREAM -> throw new IllegalArgumentException(type + " has no meta in nemo");
        };
    }

    static byte dataTag(PikaType type) {
        return (byte) (metaTag(type) - 'A' + 'a');
    }

    /** Readable through the whole second {@code timestamp}, so the expiry the user sees is one second later. */
    static long expireAtMillis(int timestamp) {
        return timestamp == 0 ? 0 : (timestamp + 1L) * 1000;
    }

    static boolean expired(int timestamp, long asOfSeconds) {
        return timestamp != 0 && timestamp < asOfSeconds;
    }

    /** What all data keys of a key begin with, and no other. */
    static byte[] dataPrefix(PikaType type, byte[] key) {
        boolean hash = type == PikaType.HASH;
        byte[] prefix = new byte[2 + key.length + (hash ? 1 : 0)];
        prefix[0] = dataTag(type);
        prefix[1] = (byte) key.length;
        System.arraycopy(key, 0, prefix, 2, key.length);
        if (hash) {
            prefix[prefix.length - 1] = '=';
        }
        return prefix;
    }

    /** The user's key in a meta key. */
    byte[] userKey(byte[] metaKey, int length) {
        if (length < 2 || length > 1 + MAX_KEY) {
            throw corruption.found("a meta has a key of " + (length - 1) + " bytes");
        }
        return Arrays.copyOfRange(metaKey, 1, length);
    }

    /** The user's key in any key of a type's database; empty in a separator. Only a hint: nothing is checked. */
    static byte[] userKeyOf(PikaType type, byte[] key) {
        if (type == PikaType.STRING || key.length == 0) {
            return key;
        }
        if (key[0] == metaTag(type)) {
            return Arrays.copyOfRange(key, 1, key.length);
        }
        if (key.length < 2) {
            return new byte[0];
        }
        return Arrays.copyOfRange(key, 2, Math.min(key.length, 2 + (key[1] & 0xff)));
    }

    /** Where the user's value ends. */
    int userLength(int valueLength) {
        corruption.atLeast("a value", valueLength, SUFFIX);
        return valueLength - SUFFIX;
    }

    /** @param userLength as {@link #userLength} told */
    static int version(byte[] value, int userLength) {
        return LittleEndian.i32(value, userLength);
    }

    static int timestamp(byte[] value, int userLength) {
        return LittleEndian.i32(value, userLength + 4);
    }

    Meta meta(PikaType type, byte[] value, int length) {
        int end = userLength(length);
        boolean list = type == PikaType.LIST;
        corruption.exactly("a meta", end, list ? LIST_META : META);
        return new Meta(
                LittleEndian.i64(value, 0),
                version(value, end),
                timestamp(value, end),
                list ? LittleEndian.i64(value, 8) : 0,
                list ? LittleEndian.i64(value, 24) : 0);
    }

    double score(byte[] value, int length) {
        corruption.exactly("a score", userLength(length), 8);
        return LittleEndian.f64(value, 0);
    }

    /** @param prefixLength of the key's {@link #dataPrefix} */
    long seq(byte[] nodeKey, int length, int prefixLength) {
        corruption.exactly("a list node's number", length - prefixLength, 8);
        return LittleEndian.i64(nodeKey, prefixLength);
    }

    /** Where a list node's element ends; it begins after the links. */
    int elementEnd(int valueLength) {
        int end = userLength(valueLength);
        corruption.atLeast("a list node", end, LIST_LINKS);
        return end;
    }

    static long nextSeq(byte[] nodeValue) {
        return LittleEndian.i64(nodeValue, 8);
    }
}
