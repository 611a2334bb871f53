package io.pikaferry.standin.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;

/** The order of the scores of sorted sets in 4.0: key, version, score, and the rest as bytes. */
final class FloydScoreKeyOrder extends AbstractComparator {

    FloydScoreKeyOrder(ComparatorOptions options) {
        super(options);
    }

    @Override
    public String name() {
        return "floyd.ZSetsScoreKeyComparator";
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
        ByteBuffer one = a.slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer other = b.slice().order(ByteOrder.LITTLE_ENDIAN);
        int oneAt = FloydKeys.endOfKey(one);
        int otherAt = FloydKeys.endOfKey(other);
        int byKey = ListKeyOrder.compareUnsigned(one, 0, oneAt, other, 0, otherAt);
        if (byKey != 0) {
            return byKey;
        }
        int byEnd = ListKeyOrder.ended(one, oneAt, other, otherAt);
        if (byEnd != ListKeyOrder.NEITHER) {
            return byEnd;
        }
        int byVersion = Long.compareUnsigned(one.getLong(oneAt), other.getLong(otherAt));
        if (byVersion != 0) {
            return byVersion;
        }
        byEnd = ListKeyOrder.ended(one, oneAt + 8, other, otherAt + 8);
        if (byEnd != ListKeyOrder.NEITHER) {
            return byEnd;
        }
        double oneScore = one.getDouble(oneAt + 8);
        double otherScore = other.getDouble(otherAt + 8);
        if (oneScore != otherScore) {
            return oneScore < otherScore ? -1 : 1;
        }
        int oneRest = oneAt + 16;
        int otherRest = otherAt + 16;
        return ListKeyOrder.compareUnsigned(
                one, oneRest, one.remaining() - oneRest, other, otherRest, other.remaining() - otherRest);
    }
}
