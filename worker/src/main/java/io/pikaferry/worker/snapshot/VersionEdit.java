package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.table.ByteReader;
import io.pikaferry.worker.snapshot.table.UnreadableTableException;
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

    private final ByteReader in;

    VersionEdit(byte[] bytes) {
        this.in = new ByteReader(bytes, 0, bytes.length);
    }

    /**
     * @param everKnown gets the numbers of the table files it adds
     * @param live gets these too, and loses those that it drops
     * @return whether all of the edit was understood
     */
    boolean apply(Set<Long> everKnown, Set<Long> live) {
        try {
            return applyAll(everKnown, live);
        } catch (UnreadableTableException e) {
            return false; // cut off
        }
    }

    private boolean applyAll(Set<Long> everKnown, Set<Long> live) throws UnreadableTableException {
        while (in.hasMore()) {
            int tag = (int) in.varint();
            switch (tag) {
                case 1, 201 -> in.skipBytes(); // comparator; column family added
                case 2, 3, 4, 9, 10, 200, 203, 300 -> in.varint(); // numbers of logs, sequence, column family, group
                case 5 -> { // compaction cursor
                    in.varint();
                    in.skipBytes();
                }
                case 6 -> { // file deleted
                    in.varint();
                    live.remove(in.varint());
                }
                case 7, 100, 102, 103 -> {
                    long number = newFile(tag);
                    everKnown.add(number);
                    live.add(number);
                }
                case 400 -> { // blob file added: number, count, bytes, checksum method, checksum
                    skipVarints(3);
                    in.skipBytes();
                    in.skipBytes();
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
                    in.skipBytes();
                }
            }
        }
        return true;
    }

    private long newFile(int tag) throws UnreadableTableException {
        in.varint(); // level
        long number = in.varint();
        if (tag == 102) {
            in.varint(); // path
        }
        in.varint(); // size
        in.skipBytes();
        in.skipBytes();
        if (tag != 7) {
            skipVarints(2); // sequence numbers
        }
        if (tag == 103) {
            skipFields(LAST_FILE_FIELD);
        }
        return number;
    }

    private void skipFields(int lastTag) throws UnreadableTableException {
        while (in.varint() != lastTag) {
            in.skipBytes();
        }
    }

    private void skipVarints(int count) throws UnreadableTableException {
        for (int i = 0; i < count; i++) {
            in.varint();
        }
    }
}
