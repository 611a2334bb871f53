package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.table.LittleEndian;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the records of Pika 3 (dump-formats.md §3.2, §4.2). Pure; one per sub-database, which it names when a record is
 * malformed.
 *
 * <pre>
 * string value   user's value | i32 timestamp (seconds; 0: never expires)
 * meta key       K
 * meta value     i32 count | i32 version | i32 timestamp
 *   of a list    u64 count | i32 version | i32 timestamp | u64 left | u64 right
 *   of a stream  see {@link StreamRecords}, i32 version
 * data key       u32 length of K | K | i32 version | field; member; u64 index; entry id
 * data value     raw; zset: f64 score
 * </pre>
 */
final class BlackwidowRecords {

    private static final int STRING_SUFFIX = 4;
    private static final int META = 12;
    private static final int LIST_META = 32;
    private static final int STREAM_META = 68;
    private static final int LENGTH = 4;
    private static final int VERSION = 4;

    /** @param left,right the elements are between these, both excluded, unsigned; 0 in all types but lists */
    record Meta(long count, int version, int timestamp, long left, long right) {

        boolean live(long asOfSeconds) {
            return count > 0 && !expired(timestamp, asOfSeconds);
        }
    }

    private final Corruption corruption;

    BlackwidowRecords(Corruption corruption) {
        this.corruption = corruption;
    }

    static long expireAtMillis(int timestamp) {
        return timestamp * 1000L;
    }

    /** A time after 2038 has wrapped to a negative one, which the server takes for past. */
    static boolean expired(int timestamp, long asOfSeconds) {
        return timestamp != 0 && timestamp < asOfSeconds;
    }

    /** What all data keys of one life of a key begin with, and no other. */
    static byte[] dataPrefix(byte[] key, int version) {
        byte[] prefix = new byte[LENGTH + key.length + VERSION];
        LittleEndian.putI32(prefix, 0, key.length);
        System.arraycopy(key, 0, prefix, LENGTH, key.length);
        LittleEndian.putI32(prefix, LENGTH + key.length, version);
        return prefix;
    }

    /** The user's key in a data key. */
    byte[] userKeyOfData(byte[] dataKey) {
        corruption.atLeast("a data key", dataKey.length, LENGTH);
        int length = LittleEndian.i32(dataKey, 0);
        if (length < 0 || length > dataKey.length - LENGTH) {
            throw corruption.found(
                    "a data key of " + dataKey.length + " bytes has a key of " + Integer.toUnsignedString(length));
        }
        return Arrays.copyOfRange(dataKey, LENGTH, LENGTH + length);
    }

    /** Where to seek for the first node that can be an element: before it may lie many tombstones of popped ones. */
    static byte[] afterIndex(byte[] dataPrefix, long left) {
        byte[] target = Arrays.copyOf(dataPrefix, dataPrefix.length + 8);
        LittleEndian.putI64(target, dataPrefix.length, left + 1);
        return target;
    }

    /** Where the user's value ends. */
    int userLength(int valueLength) {
        corruption.atLeast("a string", valueLength, STRING_SUFFIX);
        return valueLength - STRING_SUFFIX;
    }

    /** @param userLength as {@link #userLength} told */
    static int timestamp(byte[] value, int userLength) {
        return LittleEndian.i32(value, userLength);
    }

    /** Of a hash, set, zset or list. */
    Meta meta(PikaType type, byte[] value, int length) {
        if (type == PikaType.LIST) {
            corruption.exactly("a list's meta", length, LIST_META);
            return new Meta(
                    LittleEndian.i64(value, 0),
                    LittleEndian.i32(value, 8),
                    LittleEndian.i32(value, 12),
                    LittleEndian.i64(value, 16),
                    LittleEndian.i64(value, 24));
        }
        corruption.exactly("a meta", length, META);
        return new Meta(LittleEndian.i32(value, 0), LittleEndian.i32(value, 4), LittleEndian.i32(value, 8), 0, 0);
    }

    StreamRecords.Meta streamMeta(byte[] value, int length) {
        corruption.exactly("a stream's meta", length, STREAM_META);
        return StreamRecords.meta(value, 0, LittleEndian.i32(value, StreamRecords.VERSION_AT));
    }

    double score(byte[] value, int length) {
        corruption.exactly("a score", length, 8);
        return LittleEndian.f64(value, 0);
    }

    List<byte[]> fieldsAndValues(byte[] entry, int length) {
        return StreamRecords.fieldsAndValues(entry, length, corruption);
    }

    /** @param prefixLength of the key's {@link #dataPrefix} */
    long index(byte[] nodeKey, int length, int prefixLength) {
        corruption.exactly("a list node's index", length - prefixLength, 8);
        return LittleEndian.i64(nodeKey, prefixLength);
    }

    EntryId entryId(byte[] entryKey, int length, int prefixLength) {
        corruption.exactly("a stream entry's id", length - prefixLength, 16);
        return StreamRecords.idInKey(entryKey, prefixLength);
    }
}
