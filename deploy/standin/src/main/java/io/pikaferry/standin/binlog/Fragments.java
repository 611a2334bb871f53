package io.pikaferry.standin.binlog;

/**
 * The physical form of a record: fragments that never cross a block of 64 KiB.
 *
 * <pre>
 * 0..2  length of the payload, little endian     7  type
 * 3..6  unix time, little endian                 8  payload
 * </pre>
 *
 * With less than 8 bytes left in a block these are filled with zeros; with exactly 8 a First
 * fragment of length 0 stands there (spec/replication.md §6.1).
 */
final class Fragments {

    static final int BLOCK = 65536;
    static final int HEADER = 8;

    static final int ZERO = 0;
    static final int FULL = 1;
    static final int FIRST = 2;
    static final int MIDDLE = 3;
    static final int LAST = 4;
    static final int BAD = 6;

    private Fragments() {}

    /** How many bytes a record takes that is appended at the offset, fill included. */
    static int physicalLength(long offset, int recordLength) {
        long at = offset;
        int left = recordLength;
        do {
            int leftInBlock = BLOCK - (int) (at % BLOCK);
            if (leftInBlock < HEADER) {
                at += leftInBlock;
                leftInBlock = BLOCK;
            }
            int fragment = Math.min(left, leftInBlock - HEADER);
            at += HEADER + fragment;
            left -= fragment;
        } while (left > 0);
        return Math.toIntExact(at - offset);
    }

    /** The bytes to be written at the offset for that record. */
    static byte[] encode(long offset, byte[] item, long unixTime) {
        byte[] out = new byte[physicalLength(offset, item.length)];
        int at = 0;
        int done = 0;
        boolean begin = true;
        do {
            int leftInBlock = BLOCK - (int) ((offset + at) % BLOCK);
            if (leftInBlock < HEADER) {
                at += leftInBlock;
                leftInBlock = BLOCK;
            }
            int length = Math.min(item.length - done, leftInBlock - HEADER);
            boolean end = done + length == item.length;
            int type = begin ? end ? FULL : FIRST : end ? LAST : MIDDLE;
            header(out, at, length, unixTime, type);
            System.arraycopy(item, done, out, at + HEADER, length);
            at += HEADER + length;
            done += length;
            begin = false;
        } while (done < item.length);
        return out;
    }

    static void header(byte[] out, int at, int length, long unixTime, int type) {
        out[at] = (byte) length;
        out[at + 1] = (byte) (length >>> 8);
        out[at + 2] = (byte) (length >>> 16);
        for (int i = 0; i < 4; i++) {
            out[at + 3 + i] = (byte) (unixTime >>> (8 * i));
        }
        out[at + 7] = (byte) type;
    }
}
