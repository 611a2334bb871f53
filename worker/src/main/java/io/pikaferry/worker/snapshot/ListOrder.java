package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.table.KeyOrder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.ReusedSynchronisationType;

/**
 * The order in which Pika keeps list nodes: the only column families we read that are not in byte order. RocksDB
 * checks just the name; under the right name with a wrong order it would lose entries without a word
 * (dump-formats.md §2.4, §2.5).
 *
 * <p>Keys may be cut after any part: that is how one seeks. Called from native code, by any thread: keeps no state,
 * reads by absolute position, never throws.
 *
 * <p>{@link #name} and the native side's construction call into the subclass before its fields are set; that is why
 * it has none.
 */
abstract class ListOrder extends AbstractComparator implements KeyOrder {

    /** Longer keys are copied into fresh buffers. */
    private static final int REUSED_BUFFER_BYTES = 4096;

    ListOrder(ComparatorOptions options) {
        super(options);
    }

    /** Options of every list order; to be closed after the comparator. */
    static ComparatorOptions options() {
        return new ComparatorOptions()
                .setUseDirectBuffer(true)
                .setReusedSynchronisationType(ReusedSynchronisationType.THREAD_LOCAL)
                .setMaxReusedBufferSize(REUSED_BUFFER_BYTES);
    }

    @Override
    public final int compare(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
        return compare(ByteBuffer.wrap(a, fromA, toA - fromA), ByteBuffer.wrap(b, fromB, toB - fromB));
    }

    /** Decided by the bytes where that can be: all keys that Pika writes end with the index and {@link #uncompared} bytes. */
    @Override
    public final boolean same(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
        int differs = Arrays.mismatch(a, fromA, toA, b, fromB, toB);
        int compared = Math.min(toA - fromA, toB - fromB) - uncompared();
        return differs < 0 || differs >= compared && compare(a, fromA, toA, b, fromB, toB) == 0;
    }

    /** How many bytes come after the index. */
    abstract int uncompared();

    /**
     * Compares what comes after the user's key: nothing, or a version, then nothing, or an index. What follows the
     * index is not compared.
     *
     * @param versionA,versionB where they begin, absolutely
     * @param versionBytes 4: signed; 8: unsigned
     */
    static int compareTails(ByteBuffer a, int versionA, ByteBuffer b, int versionB, int versionBytes) {
        boolean endsA = a.limit() - versionA < versionBytes;
        boolean endsB = b.limit() - versionB < versionBytes;
        if (endsA || endsB) {
            return Boolean.compare(endsB, endsA);
        }
        int byVersion = versionBytes == 4
                ? Integer.compare(littleEndian32(a, versionA), littleEndian32(b, versionB))
                : Long.compareUnsigned(littleEndian64(a, versionA), littleEndian64(b, versionB));
        if (byVersion != 0) {
            return byVersion;
        }
        int indexA = versionA + versionBytes;
        int indexB = versionB + versionBytes;
        endsA = a.limit() - indexA < 8;
        endsB = b.limit() - indexB < 8;
        if (endsA || endsB) {
            return Boolean.compare(endsB, endsA);
        }
        return Long.compareUnsigned(littleEndian64(a, indexA), littleEndian64(b, indexB));
    }

    /** Bytewise, unsigned; a prefix sorts first. */
    static int compareBytes(ByteBuffer a, int fromA, int lengthA, ByteBuffer b, int fromB, int lengthB) {
        int common = Math.min(lengthA, lengthB);
        for (int i = 0; i < common; i++) {
            byte byteA = a.get(fromA + i);
            byte byteB = b.get(fromB + i);
            if (byteA != byteB) {
                return Byte.compareUnsigned(byteA, byteB);
            }
        }
        return Integer.compare(lengthA, lengthB);
    }

    static int littleEndian32(ByteBuffer buffer, int at) {
        return Integer.reverseBytes(buffer.getInt(at));
    }

    static long littleEndian64(ByteBuffer buffer, int at) {
        return Long.reverseBytes(buffer.getLong(at));
    }
}
