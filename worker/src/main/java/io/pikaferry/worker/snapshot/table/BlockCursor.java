package io.pikaferry.worker.snapshot.table;

import java.util.Arrays;

/**
 * Walks the entries of one block, of whatever kind.
 *
 * <pre>
 * block    entry … | u32 where entries with a whole key begin … | hash index | u32 number of those
 * entry    varint bytes shared with the key before | varint bytes of its own | varint bytes of the value | own bytes | value
 * </pre>
 *
 * The values of an index are handles. In one with delta encoding their length is left out, and behind a key that shares
 * bytes the value is only the difference, zig-zag, of the size from that of the block before, behind which this one lies. The
 * highest bit of the last number tells of a hash index, {@code u8 … | u16 count}.
 *
 * <p>The key lies in a buffer of the cursor's, which each move changes; the value lies in the block. Used by one thread.
 */
final class BlockCursor {

    private static final int HASH_INDEX = 1 << 31;

    private final boolean deltas;
    /** Bytes at the end of a key that are not compared: RocksDB's own. */
    private final int suffix;

    private byte[] bytes = {};
    private int restartsAt;
    private int restarts;

    private boolean valid;
    private int nextAt;
    private byte[] key = new byte[128];
    private int keyLength;
    private int valueAt;
    private int valueLength;
    private BlockHandle handle = BlockHandle.NOWHERE;

    private BlockCursor(boolean deltas, int suffix) {
        this.deltas = deltas;
        this.suffix = suffix;
    }

    /** @param suffix bytes of RocksDB's own at the end of each key */
    static BlockCursor ofEntries(int suffix) {
        return new BlockCursor(false, suffix);
    }

    static BlockCursor ofIndex(boolean deltas, int suffix) {
        return new BlockCursor(deltas, suffix);
    }

    /**
     * Walks another block; stands nowhere in it yet.
     *
     * @param content of the block at its beginning; it has to stay until the next one is opened
     */
    void open(byte[] content, int length) throws UnreadableTableException {
        valid = false;
        bytes = content;
        int end = length - Integer.BYTES;
        if (end < 0) {
            throw new UnreadableTableException("a block has " + length + " bytes");
        }
        int count = LittleEndian.i32(bytes, end);
        if ((count & HASH_INDEX) != 0) {
            count &= ~HASH_INDEX;
            end -= Short.BYTES;
            end -= end < 0 ? 0 : LittleEndian.u16(bytes, end);
        }
        if (end < 0 || count < 0 || count > end / Integer.BYTES) {
            throw new UnreadableTableException("a block of " + length + " bytes has " + count + " whole keys");
        }
        restarts = count;
        restartsAt = end - count * Integer.BYTES;
        nextAt = 0;
        keyLength = 0;
    }

    /** Stands nowhere, until another block is opened. */
    void leave() {
        valid = false;
    }

    boolean valid() {
        return valid;
    }

    void first() throws UnreadableTableException {
        nextAt = 0;
        keyLength = 0;
        next();
    }

    void next() throws UnreadableTableException {
        if (nextAt >= restartsAt) {
            valid = false;
            return;
        }
        int at = nextAt;
        byte[] from = bytes;
        int shared;
        int own;
        // the three lengths are nearly always a byte each
        if (!deltas && restartsAt - at >= 3 && (from[at] | from[at + 1] | from[at + 2]) >= 0) {
            shared = from[at];
            own = from[at + 1];
            valueLength = from[at + 2];
            at += 3;
        } else {
            ByteReader reader = new ByteReader(from, at, restartsAt);
            shared = length(reader);
            own = length(reader);
            valueLength = deltas ? 0 : length(reader);
            at = reader.position();
        }
        int left = restartsAt - at;
        if (own > left || valueLength > left - own || shared > keyLength || shared + own < suffix) {
            throw new UnreadableTableException("an entry of a block does not fit into it");
        }
        if (key.length < shared + own) {
            key = Arrays.copyOf(key, Math.max(shared + own, 2 * key.length));
        }
        System.arraycopy(from, at, key, shared, own);
        keyLength = shared + own;
        valueAt = at + own;
        if (deltas) {
            ByteReader reader = new ByteReader(from, valueAt, restartsAt);
            handle = shared == 0 ? reader.handle() : reader.handleAfter(handle);
            valueLength = reader.position() - valueAt;
        }
        nextAt = valueAt + valueLength;
        valid = true;
    }

    private static int length(ByteReader reader) throws UnreadableTableException {
        long length = reader.varint();
        if (length < 0 || length > Integer.MAX_VALUE / 2) {
            throw new UnreadableTableException("a length in a block is " + length);
        }
        return (int) length;
    }

    /** Goes to the first entry whose key is not before the target. */
    void seek(byte[] target, KeyOrder order) throws UnreadableTableException {
        int low = 0;
        int high = restarts - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            jump(middle);
            if (valid && compare(target, order) < 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        if (restarts == 0) {
            nextAt = 0;
            keyLength = 0;
        } else {
            jump(low);
        }
        while (valid && compare(target, order) < 0) {
            next();
        }
    }

    private void jump(int restart) throws UnreadableTableException {
        int at = LittleEndian.i32(bytes, restartsAt + restart * Integer.BYTES);
        if (at < 0 || at > restartsAt) {
            throw new UnreadableTableException("a whole key of a block is said to lie at " + at);
        }
        nextAt = at;
        keyLength = 0;
        next();
    }

    private int compare(byte[] target, KeyOrder order) {
        return order.compare(key, 0, keyLength - suffix, target, 0, target.length);
    }

    byte[] key() {
        return key;
    }

    int keyLength() {
        return keyLength;
    }

    /** The block, in which the value lies. */
    byte[] value() {
        return bytes;
    }

    int valueAt() {
        return valueAt;
    }

    int valueLength() {
        return valueLength;
    }

    /** The value of an entry of an index. */
    BlockHandle handle() throws UnreadableTableException {
        return deltas ? handle : new ByteReader(bytes, valueAt, valueAt + valueLength).handle();
    }
}
