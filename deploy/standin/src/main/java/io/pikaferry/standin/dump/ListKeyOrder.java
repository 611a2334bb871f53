package io.pikaferry.standin.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;

/** The order of list nodes in 3.0 to 3.5: key, version, index (spec/dump-formats.md §2.4). */
final class ListKeyOrder extends AbstractComparator {

    ListKeyOrder(ComparatorOptions options) {
        super(options);
    }

    /** Called from the super constructor: a constant. */
    @Override
    public String name() {
        return "blackwidow.ListsDataKeyComparator";
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
        ByteBuffer one = a.slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer other = b.slice().order(ByteOrder.LITTLE_ENDIAN);
        int oneKey = one.getInt(0);
        int otherKey = other.getInt(0);
        int byKey = compareUnsigned(one, 4, oneKey, other, 4, otherKey);
        if (byKey != 0) {
            return byKey;
        }
        int at = 4 + oneKey;
        int byEnd = ended(one, at, other, at);
        if (byEnd != NEITHER) {
            return byEnd;
        }
        int byVersion = Integer.compare(one.getInt(at), other.getInt(at));
        if (byVersion != 0) {
            return byVersion;
        }
        byEnd = ended(one, at + 4, other, at + 4);
        return byEnd != NEITHER ? byEnd : Long.compareUnsigned(one.getLong(at + 4), other.getLong(at + 4));
    }

    static final int NEITHER = 2;

    /** -1, 0 or 1 if one of the keys ends there, else {@link #NEITHER}. */
    static int ended(ByteBuffer one, int oneAt, ByteBuffer other, int otherAt) {
        boolean oneEnds = one.remaining() == oneAt;
        boolean otherEnds = other.remaining() == otherAt;
        return oneEnds || otherEnds ? Boolean.compare(otherEnds, oneEnds) : NEITHER;
    }

    static int compareUnsigned(
            ByteBuffer one, int oneAt, int oneLength, ByteBuffer other, int otherAt, int otherLength) {
        for (int i = 0; i < Math.min(oneLength, otherLength); i++) {
            int byByte = Byte.compareUnsigned(one.get(oneAt + i), other.get(otherAt + i));
            if (byByte != 0) {
                return byByte;
            }
        }
        return Integer.compare(oneLength, otherLength);
    }
}
