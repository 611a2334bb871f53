package io.pikaferry.worker.snapshot;

import java.nio.ByteBuffer;
import org.rocksdb.ComparatorOptions;

/** {@code u32 length of K | K | i32 version | u64 index}: by K, then version (signed), then index (unsigned). */
final class BlackwidowListOrder extends ListOrder {

    private static final int LENGTH = 4;

    BlackwidowListOrder(ComparatorOptions options) {
        super(options);
    }

    @Override
    public String name() {
        return "blackwidow.ListsDataKeyComparator";
    }

    @Override
    int uncompared() {
        return 0;
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
        int keyA = Math.min(a.position() + LENGTH, a.limit());
        int keyB = Math.min(b.position() + LENGTH, b.limit());
        int lengthA = keyLength(a, keyA);
        int lengthB = keyLength(b, keyB);
        int byKey = compareBytes(a, keyA, lengthA, b, keyB, lengthB);
        return byKey != 0 ? byKey : compareTails(a, keyA + lengthA, b, keyB + lengthB, 4);
    }

    private static int keyLength(ByteBuffer buffer, int key) {
        int available = buffer.limit() - key;
        if (key - buffer.position() < LENGTH) {
            return available;
        }
        int length = littleEndian32(buffer, buffer.position());
        return length < 0 ? available : Math.min(length, available);
    }
}
