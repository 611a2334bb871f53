package io.pikaferry.worker.snapshot.table;

/**
 * What RocksDB puts behind each key: {@code u64 sequence number << 8 | type}. Of two entries with the same key the one
 * with the larger number counts, and comes first.
 */
final class InternalKey {

    static final int SUFFIX = Long.BYTES;

    static final int DELETION = 0;
    static final int VALUE = 1;
    static final int SINGLE_DELETION = 7;

    private InternalKey() {}

    static long suffix(long sequence, int type) {
        return sequence << Byte.SIZE | type;
    }

    static int type(long suffix) {
        return (int) suffix & 0xff;
    }
}
