package io.pikaferry.worker.master.dialback;

/**
 * How a master's binlog file is laid out (replication.md §6.1): blocks of 64 KiB; an item is cut into fragments that do not
 * cross a block's end, each with a header of 8 bytes; where less than a header fits, zeros fill the block. Where exactly a
 * header fits, it is written, for a fragment of nothing (corrections.md 18).
 */
final class BlockLayout {

    static final int BLOCK = 64 * 1024;
    static final int FRAGMENT_HEADER = 8;

    private BlockLayout() {}

    /** The offset after an item of that length, if the one before it ended at {@code offset} of the same file. */
    static long endOf(long offset, long length) {
        long end = offset;
        long left = length;
        do {
            long room = BLOCK - end % BLOCK;
            if (room < FRAGMENT_HEADER) {
                end += room;
                room = BLOCK;
            }
            if (left <= room - FRAGMENT_HEADER) {
                return end + FRAGMENT_HEADER + left;
            }
            end += room;
            left -= room - FRAGMENT_HEADER;
        } while (left > 0);
        return end;
    }
}
