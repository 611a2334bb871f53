package io.pikaferry.worker.snapshot.table;

/** Room for the content of a block, used again for the next one. Used by one thread. */
final class BlockBuffer {

    /** A block is as long as its longest record; an exceptional one is not kept. */
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] bytes = new byte[0];
    private int length;

    /**
     * Makes room, and lets go of what was in it.
     *
     * @param spare bytes behind it that may be written as well
     */
    byte[] room(int wanted, int spare) {
        if (bytes.length < wanted + spare || bytes.length > KEPT_BYTES && wanted + spare < KEPT_BYTES) {
            bytes = new byte[wanted + spare];
        }
        length = wanted;
        return bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
