package io.pikaferry.standin.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;

/** The order of the scores of sorted sets in 3.0 to 3.5: key and version as bytes, score, member. */
final class ScoreKeyOrder extends AbstractComparator {

    ScoreKeyOrder(ComparatorOptions options) {
        super(options);
    }

    @Override
    public String name() {
        return "blackwidow.ZSetsScoreKeyComparator";
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
        ByteBuffer one = a.slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer other = b.slice().order(ByteOrder.LITTLE_ENDIAN);
        int onePrefix = Math.min(one.remaining(), 8 + one.getInt(0));
        int otherPrefix = Math.min(other.remaining(), 8 + other.getInt(0));
        int byPrefix = ListKeyOrder.compareUnsigned(one, 0, onePrefix, other, 0, otherPrefix);
        if (byPrefix != 0) {
            return byPrefix;
        }
        int byEnd = ListKeyOrder.ended(one, onePrefix, other, otherPrefix);
        if (byEnd != ListKeyOrder.NEITHER) {
            return byEnd;
        }
        double oneScore = one.getDouble(onePrefix);
        double otherScore = other.getDouble(otherPrefix);
        if (oneScore != otherScore) {
            return oneScore < otherScore ? -1 : 1;
        }
        int at = onePrefix + 8;
        return ListKeyOrder.compareUnsigned(one, at, one.remaining() - at, other, at, other.remaining() - at);
    }
}
