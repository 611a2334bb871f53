package io.pikaferry.worker.routing;

/**
 * Which lane carries a key. Equal keys, equal lanes: so the target sees the writes of a key in the source's order (P3).
 *
 * <p>The marks that jobs keep in their targets were written under this function: it must never change.
 */
public final class LaneOf {

    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private LaneOf() {}

    /** @return 0 … lanes−1 */
    public static int lane(byte[] key, int lanes) {
        return Integer.remainderUnsigned(hash(key), lanes);
    }

    /** MurmurHash3_x86_32, seed 0. */
    static int hash(byte[] key) {
        int h = 0;
        int whole = key.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            int k = (key[i] & 0xff) | (key[i + 1] & 0xff) << 8 | (key[i + 2] & 0xff) << 16 | key[i + 3] << 24;
            h = Integer.rotateLeft(h ^ scramble(k), 13) * 5 + 0xe6546b64;
        }
        int tail = 0;
        for (int i = key.length - 1; i >= whole; i--) {
            tail = tail << 8 | (key[i] & 0xff);
        }
        h ^= scramble(tail);
        h ^= key.length;
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        h ^= h >>> 13;
        h *= 0xc2b2ae35;
        return h ^ h >>> 16;
    }

    private static int scramble(int k) {
        return Integer.rotateLeft(k * C1, 15) * C2;
    }
}
