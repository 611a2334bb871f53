package io.pikaferry.worker.snapshot.table;

/** Takes numbers from bytes one after the other. What would go beyond the end is unreadable. */
public final class ByteReader {

    private final byte[] bytes;
    private final int end;
    private int at;

    public ByteReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    int position() {
        return at;
    }

    public boolean hasMore() {
        return at < end;
    }

    /** Steps over a length and so many bytes. */
    public void skipBytes() throws UnreadableTableException {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new UnreadableTableException("bytes in it are cut off");
        }
        at += (int) length;
    }

    public long varint() throws UnreadableTableException {
        long value = 0;
        for (int shift = 0; shift < 64 && at < end; shift += 7) {
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new UnreadableTableException("a number in it does not end");
    }

    BlockHandle handle() throws UnreadableTableException {
        return BlockHandle.of(varint(), varint());
    }

    /** Of the block behind another one: only how much larger it is, with the sign in the lowest bit. */
    BlockHandle handleAfter(BlockHandle before) throws UnreadableTableException {
        long value = varint();
        return BlockHandle.of(before.end(), before.size() + ((value >>> 1) ^ -(value & 1)));
    }
}
