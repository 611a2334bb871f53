package io.pikaferry.worker.snapshot.table;

/**
 * Where a block lies in its file.
 *
 * @param size without its trailer
 */
record BlockHandle(long offset, int size) {

    /** {@code u8 compression | u32 checksum}, behind each block. */
    static final int TRAILER = 5;

    static final BlockHandle NOWHERE = new BlockHandle(-1, 0);

    static BlockHandle of(long offset, long size) throws UnreadableTableException {
        if (offset < 0 || size < 0 || size > Integer.MAX_VALUE - TRAILER) {
            throw new UnreadableTableException("a block of " + size + " bytes at " + offset + " cannot be");
        }
        return new BlockHandle(offset, (int) size);
    }

    long end() {
        return offset + size + TRAILER;
    }
}
