package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.table.LittleEndian;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the records of Pika 4.0 (dump-formats.md §3.3, §4.3). Pure; one per sub-database, which it names when a record
 * is malformed.
 *
 * <pre>
 * meta key       8 reserved | esc(K) | 00 00 | 16 reserved
 * data key       8 reserved | esc(K) | 00 00 | u64 version | field; member; u64 index; entry id | 16 reserved
 * esc            00 becomes 00 01
 * string value   00 | user's value | 16 reserved (first byte 80: a HyperLogLog) | u64 ctime | u64 etime
 * meta value     01, 02, 04 | i32 count | u64 version | 16 reserved | ctime | etime
 *   of a list    03 | u64 count | u64 version | u64 left | 8 garbage | u64 right | 8 garbage | 16 reserved | ctime | etime
 *   of a stream  05 | see {@link StreamRecords}, u64 version
 * data value     raw; zset: f64 score; then 16 reserved | ctime, but for stream entries
 * times          bit 63 set: milliseconds; else seconds (4.0.0); 0: none
 * </pre>
 */
final class FloydRecords {

    static final int DATA_SUFFIX = 24;

    private static final int PREFIX = 8;
    private static final int RESERVED = 16;
    private static final int TYPE = 1;
    private static final int VALUE_SUFFIX = RESERVED + 16;
    private static final int HYPER_LOG_LOG = 0x80;
    private static final int META = 45;
    private static final int LIST_META = 81;
    private static final int STREAM_META = 73;
    private static final PikaType[] TYPES = {
        PikaType.STRING, PikaType.HASH, PikaType.SET, PikaType.LIST, PikaType.ZSET, PikaType.STREAM
    };

    /** @param left,right the elements are between these, both excluded, unsigned; 0 in all types but lists */
    record Meta(long count, long version, long expireAtMillis, long left, long right) {

        boolean live(long asOfMillis) {
            return count > 0 && !expired(expireAtMillis, asOfMillis);
        }
    }

    private final Corruption corruption;

    FloydRecords(Corruption corruption) {
        this.corruption = corruption;
    }

    static boolean expired(long expireAtMillis, long asOfMillis) {
        return expireAtMillis != 0 && expireAtMillis < asOfMillis;
    }

    /** 4.0.1 writes milliseconds and marks them, 4.0.0 seconds. */
    static long millis(long time) {
        return time < 0 ? time & Long.MAX_VALUE : time * 1000;
    }

    static byte[] metaKey(byte[] userKey) {
        byte[] bound = rangeBound(userKey);
        return Arrays.copyOf(bound, bound.length + 2 + RESERVED);
    }

    /** Sorts before the meta keys of this key and of every greater one, after all others. */
    static byte[] rangeBound(byte[] userKey) {
        byte[] escaped = new byte[PREFIX + 2 * userKey.length];
        int to = PREFIX;
        for (byte b : userKey) {
            escaped[to++] = b;
            if (b == 0) {
                escaped[to++] = 1;
            }
        }
        return Arrays.copyOf(escaped, to);
    }

    /** Where to seek for the first node that can be an element: before it may lie many tombstones of popped ones. */
    static byte[] afterIndex(byte[] dataPrefix, long left) {
        byte[] target = Arrays.copyOf(dataPrefix, dataPrefix.length + 8);
        LittleEndian.putI64(target, dataPrefix.length, left + 1);
        return target;
    }

    /** What all data keys of one life of a key begin with, and no other. */
    static byte[] dataPrefix(byte[] metaKey, int delimiterEnd, long version) {
        byte[] prefix = Arrays.copyOf(metaKey, delimiterEnd + 8);
        LittleEndian.putI64(prefix, delimiterEnd, version);
        return prefix;
    }

    /** Where the delimiter after the user's key ends, in a meta key or a data key. */
    int delimiterEnd(byte[] key, int length) {
        for (int at = PREFIX; at + 1 < length; at++) {
            if (key[at] == 0) {
                if (key[at + 1] == 0) {
                    return at + 2;
                }
                at++;
            }
        }
        throw corruption.found("a key of " + length + " bytes has no end mark");
    }

    /**
     * Whether the server destroyed the key: of a key with an inner NUL, 4.0 overwrites what follows the last NUL and
     * leaves as many bytes too many at the end.
     */
    boolean destroyed(int metaKeyLength, int delimiterEnd) {
        corruption.atLeast("a meta's key", metaKeyLength, delimiterEnd + RESERVED);
        return metaKeyLength != delimiterEnd + RESERVED;
    }

    static int lostBytes(int metaKeyLength, int delimiterEnd) {
        return metaKeyLength - delimiterEnd - RESERVED;
    }

    /** How much of such a key the server does not store: what follows an inner NUL. */
    static int bytesToBeLost(byte[] userKey) {
        for (int at = userKey.length - 1; at >= 0; at--) {
            if (userKey[at] == 0) {
                return userKey.length - 1 - at;
            }
        }
        return 0;
    }

    byte[] userKey(byte[] key, int delimiterEnd) {
        int end = delimiterEnd - 2;
        byte[] userKey = new byte[end - PREFIX];
        int to = 0;
        for (int at = PREFIX; at < end; at++) {
            userKey[to++] = key[at];
            if (key[at] == 0) {
                at++;
                if (key[at] != 1) {
                    throw corruption.found("a key has an unknown escape " + key[at]);
                }
            }
        }
        return to == userKey.length ? userKey : Arrays.copyOf(userKey, to);
    }

    PikaType type(byte[] value, int length) {
        corruption.atLeast("a value", length, TYPE);
        if (value[0] < 0 || value[0] >= TYPES.length) {
            throw corruption.found("a value has the unknown type " + value[0]);
        }
        return TYPES[value[0]];
    }

    /** Where a string's value ends; it begins after the type. */
    int stringEnd(int length) {
        corruption.atLeast("a string", length, TYPE + VALUE_SUFFIX);
        return length - VALUE_SUFFIX;
    }

    static boolean hyperLogLog(byte[] value, int stringEnd) {
        return (value[stringEnd] & HYPER_LOG_LOG) != 0;
    }

    /** Of any record that has an expiry: it ends with it. */
    static long expireAtMillis(byte[] value, int length) {
        return millis(LittleEndian.i64(value, length - 8));
    }

    /** Of a hash, set, zset or list. */
    Meta meta(PikaType type, byte[] value, int length) {
        if (type == PikaType.LIST) {
            corruption.exactly("a list's meta", length, LIST_META);
            return new Meta(
                    LittleEndian.i64(value, 1),
                    LittleEndian.i64(value, 9),
                    expireAtMillis(value, length),
                    LittleEndian.i64(value, 17),
                    LittleEndian.i64(value, 33));
        }
        corruption.exactly("a meta", length, META);
        return new Meta(LittleEndian.i32(value, 1), LittleEndian.i64(value, 5), expireAtMillis(value, length), 0, 0);
    }

    StreamRecords.Meta streamMeta(byte[] value, int length) {
        corruption.exactly("a stream's meta", length, STREAM_META);
        return StreamRecords.meta(value, TYPE, LittleEndian.i64(value, TYPE + StreamRecords.VERSION_AT));
    }

    /** Where the field, member, index or id in a data key ends. */
    int dataKeyEnd(int length, int prefixLength) {
        corruption.atLeast("a data key", length, prefixLength + RESERVED);
        return length - RESERVED;
    }

    /** Where the user's part of a data value ends. */
    int dataEnd(int valueLength) {
        corruption.atLeast("a data value", valueLength, DATA_SUFFIX);
        return valueLength - DATA_SUFFIX;
    }

    double score(byte[] value, int length) {
        corruption.exactly("a score", dataEnd(length), 8);
        return LittleEndian.f64(value, 0);
    }

    List<byte[]> fieldsAndValues(byte[] entry, int length) {
        return StreamRecords.fieldsAndValues(entry, length, corruption);
    }

    /** @param prefixLength of the key's {@link #dataPrefix} */
    long index(byte[] nodeKey, int length, int prefixLength) {
        corruption.exactly("a list node's index", dataKeyEnd(length, prefixLength) - prefixLength, 8);
        return LittleEndian.i64(nodeKey, prefixLength);
    }

    EntryId entryId(byte[] entryKey, int length, int prefixLength) {
        corruption.exactly("a stream entry's id", dataKeyEnd(length, prefixLength) - prefixLength, 16);
        return StreamRecords.idInKey(entryKey, prefixLength);
    }
}
