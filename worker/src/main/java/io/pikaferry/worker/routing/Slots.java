package io.pikaferry.worker.routing;

/**
 * Which slot of a database has a key, in sharding mode: CRC-32 of the key, or of what stands in its first pair of braces,
 * modulo their number (replication.md §7.4).
 *
 * @param count 1 in classic mode
 */
public record Slots(int count) {

    static final Slots CLASSIC = new Slots(1);

    public Slots {
        if (count < 1) {
            throw new IllegalArgumentException("a database has one slot at least, not " + count);
        }
    }

    public boolean has(int slot, byte[] key) {
        return count == 1 || of(key) == slot;
    }

    public int of(byte[] key) {
        int begin = indexOf(key, '{', 0);
        int end = begin < 0 ? -1 : indexOf(key, '}', begin + 1);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        if (end < 0) {
            crc.update(key, 0, key.length);
        } else {
            crc.update(key, begin + 1, end - begin - 1);
        }
        return (int) (crc.getValue() % count);
    }

    private static int indexOf(byte[] bytes, char what, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == what) {
                return i;
            }
        }
        return -1;
    }
}
