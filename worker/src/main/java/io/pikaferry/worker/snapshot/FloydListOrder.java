package io.pikaferry.worker.snapshot;

import java.nio.ByteBuffer;
import org.rocksdb.ComparatorOptions;

/**
 * {@code 8 reserved | esc(K) | 00 00 | u64 version | u64 index | 16 reserved}: by the bytes up to the delimiter, then
 * version, then index, both unsigned.
 */
final class FloydListOrder extends ListOrder {

    private static final int RESERVED = 8;
    private static final int RESERVED_AT_END = 16;

    FloydListOrder(ComparatorOptions options) {
        super(options);
    }

    @Override
    public String name() {
        return "floyd.ListsDataKeyComparator";
    }

    @Override
    int uncompared() {
        return RESERVED_AT_END;
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
        int endA = delimiterEnd(a);
        int endB = delimiterEnd(b);
        int byKey = compareBytes(a, a.position(), endA - a.position(), b, b.position(), endB - b.position());
        return byKey != 0 ? byKey : compareTails(a, endA, b, endB, 8);
    }

    private static int delimiterEnd(ByteBuffer buffer) {
        int limit = buffer.limit();
        for (int at = buffer.position() + RESERVED; at + 1 < limit; at++) {
            if (buffer.get(at) == 0) {
                if (buffer.get(at + 1) == 0) {
                    return at + 2;
                }
                at++;
            }
        }
        return limit;
    }
}
