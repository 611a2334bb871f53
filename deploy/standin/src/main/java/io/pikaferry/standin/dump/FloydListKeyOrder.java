package io.pikaferry.standin.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;

/** The order of list nodes in 4.0: key, version, index; the reserved bytes do not count. */
final class FloydListKeyOrder extends AbstractComparator {

    FloydListKeyOrder(ComparatorOptions options) {
        super(options);
    }

    @Override
    public String name() {
        return "floyd.ListsDataKeyComparator";
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
        ByteBuffer one = a.slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer other = b.slice().order(ByteOrder.LITTLE_ENDIAN);
        int oneEnd = FloydKeys.endOfKey(one);
        int otherEnd = FloydKeys.endOfKey(other);
        int byKey = ListKeyOrder.compareUnsigned(one, 0, oneEnd, other, 0, otherEnd);
        if (byKey != 0) {
            return byKey;
        }
        for (int field = 0; field < 2; field++) {
            int oneAt = oneEnd + 8 * field;
            int otherAt = otherEnd + 8 * field;
            int byEnd = ListKeyOrder.ended(one, oneAt, other, otherAt);
            if (byEnd != ListKeyOrder.NEITHER) {
                return byEnd;
            }
            int byField = Long.compareUnsigned(one.getLong(oneAt), other.getLong(otherAt));
            if (byField != 0) {
                return byField;
            }
        }
        return 0;
    }
}
