package io.pikaferry.worker.snapshot;

import java.util.Set;

/**
 * Finds the files that one edit of a RocksDB MANIFEST adds and drops. Knows what RocksDB 5 to 10 write; stops at anything else.
 *
 * <pre>
 * edit       (varint tag, fields)…
 * new file   level, number, size, smallest key, largest key; newer ones: sequence numbers; then (tag, bytes)… up to tag 1
 * bytes      varint length, bytes
 * </pre>
 */
final class VersionEdit {

    /** A tag with this bit may be ignored: bytes follow. */
    private static final int IGNORABLE = 1 << 13;

    private static final int LAST_FILE_FIELD = 1;
    private static final int LAST_BLOB_FIELD = 0;

    private final byte[] bytes;
    private int at;
    private boolean cutOff;

    VersionEdit(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param everKnown gets the numbers of the table files it adds
     * @param live gets these too, and loses those that it drops
     * @return whether all of the edit was understood
     */
    boolean apply(Set<Long> everKnown, Set<Long> live) {
        while (at < bytes.length && !cutOff) {
            int tag = (int) varint();
            switch (tag) {
                case 1, 201 -> skipBytes(); // comparator; column family added
                case 2, 3, 4, 9, 10, 200, 203, 300 -> varint(); // numbers of logs, sequence, column family, group
                case 5 -> { // compaction cursor
                    varint();
                    skipBytes();
                }
                case 6 -> { // file deleted
                    varint();
                    live.remove(varint());
                }
                case 7, 100, 102, 103 -> {
                    long number = newFile(tag);
                    everKnown.add(number);
                    live.add(number);
                }
                case 400 -> { // blob file added: number, count, bytes, checksum method, checksum
                    skipVarints(3);
                    skipBytes();
                    skipBytes();
                    skipFields(LAST_BLOB_FIELD);
                }
                case 401 -> { // blob garbage: number, count, bytes
                    skipVarints(3);
                    skipFields(LAST_BLOB_FIELD);
                }
                default -> { // 202, a column family dropped with all its files, does not occur
                    if ((tag & IGNORABLE) == 0) {
                        return false;
                    }
                    skipBytes();
                }
            }
        }
        return !cutOff;
    }

    private long newFile(int tag) {
        varint(); // level
        long number = varint();
        if (tag == 102) {
            varint(); // path
        }
        varint(); // size
        skipBytes();
        skipBytes();
        if (tag != 7) {
            skipVarints(2); // sequence numbers
        }
        if (tag == 103) {
            skipFields(LAST_FILE_FIELD);
        }
        return number;
    }

    private void skipFields(int lastTag) {
        while (!cutOff && varint() != lastTag) {
            skipBytes();
        }
    }

    private void skipVarints(int count) {
        for (int i = 0; i < count; i++) {
            varint();
        }
    }

    private void skipBytes() {
        long length = varint();
        if (length < 0 || length > bytes.length - at) {
            cutOff = true;
        } else {
            at += (int) length;
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= bytes.length) {
                break;
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        cutOff = true;
        return 0;
    }
}
