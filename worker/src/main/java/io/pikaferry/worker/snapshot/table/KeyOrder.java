package io.pikaferry.worker.snapshot.table;

import java.util.Arrays;

/** In what order a column family keeps its keys. Without state: any thread may ask. */
public interface KeyOrder {

    KeyOrder BYTES = new KeyOrder() {
        @Override
        public String name() {
            return "leveldb.BytewiseComparator";
        }

        @Override
        public int compare(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
            return Arrays.compareUnsigned(a, fromA, toA, b, fromB, toB);
        }

        @Override
        public boolean same(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
            return Arrays.equals(a, fromA, toA, b, fromB, toB);
        }
    };

    /** As it stands in the properties of a table. */
    String name();

    int compare(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB);

    default boolean same(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
        return compare(a, fromA, toA, b, fromB, toB) == 0;
    }
}
