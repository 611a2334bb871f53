package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.SnapshotChunk.StreamTail;
import io.pikaferry.worker.snapshot.table.LittleEndian;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The records of streams, which BLACKWIDOW (from 3.5.3) and FLOYD share but for the width of the version.
 *
 * <pre>
 * meta   u32 groups, always 0 | u64 entries added | first, last, max deleted id: u64 ms, u64 seq | i32 length | version
 * entry  u32 length, bytes: field, value, field, value …
 * </pre>
 */
final class StreamRecords {

    private static final int LENGTH_AT = 60;
    static final int VERSION_AT = 64;

    /** @param last the highest id ever given; only XSETID takes it back */
    record Meta(long entriesAdded, EntryId last, EntryId maxDeleted, int length, long version) {

        boolean live() {
            return length > 0;
        }

        /**
         * What to tell XSETID; Pika's own numbers may be such that Redis refuses them (dump-formats.md §3.2).
         *
         * @param entries that were carried over
         * @param lastSeen the last of their ids
         */
        StreamTail tail(long entries, EntryId lastSeen) {
            EntryId highest = EntryId.max(last, lastSeen);
            return new StreamTail(
                    highest.toString(),
                    Math.max(entriesAdded, entries),
                    EntryId.min(maxDeleted, highest).toString());
        }
    }

    private StreamRecords() {}

    /** @param at where the meta begins; the caller has checked that it is all there */
    static Meta meta(byte[] value, int at, long version) {
        return new Meta(
                LittleEndian.i64(value, at + 4),
                id(value, at + 28),
                id(value, at + 44),
                LittleEndian.i32(value, at + LENGTH_AT),
                version);
    }

    private static EntryId id(byte[] value, int at) {
        return new EntryId(LittleEndian.i64(value, at), LittleEndian.i64(value, at + 8));
    }

    /** The id as the key of an entry ends with it. */
    static EntryId idInKey(byte[] key, int at) {
        return new EntryId(LittleEndian.bigEndian64(key, at), LittleEndian.bigEndian64(key, at + 8));
    }

    static List<byte[]> fieldsAndValues(byte[] value, int length, Corruption corruption) {
        List<byte[]> parts = new ArrayList<>();
        int at = 0;
        while (at < length) {
            if (length - at < 4) {
                throw corruption.found("a stream entry is cut off");
            }
            int size = LittleEndian.i32(value, at);
            at += 4;
            if (size < 0 || size > length - at) {
                throw corruption.found("a stream entry of " + length + " bytes has a part of "
                        + Integer.toUnsignedString(size) + " bytes at " + at);
            }
            parts.add(Arrays.copyOfRange(value, at, at + size));
            at += size;
        }
        if (parts.isEmpty() || parts.size() % 2 != 0) {
            throw corruption.found("a stream entry has " + parts.size() + " parts");
        }
        return parts;
    }
}
