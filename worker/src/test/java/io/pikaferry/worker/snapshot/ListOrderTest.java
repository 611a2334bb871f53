package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.RocksDB;

/** The orders of dump-formats.md §2.4, cut keys included. */
class ListOrderTest {

    static {
        RocksDB.loadLibrary();
    }

    @Test
    void blackwidowSortsByKeyThenSignedVersionThenIndex() {
        assertAscending(
                List.of(
                        "00000000",
                        "00000000 01000000",
                        "01000000 61",
                        "01000000 61 ffffffff",
                        "01000000 61 ffffffff 0000000000000080",
                        "01000000 61 00000000",
                        "01000000 61 00000000 ffffffffffffff7f",
                        "01000000 61 00000000 0000000000000080",
                        "01000000 61 00010000 0000000000000000",
                        "01000000 61 ffffff7f 0000000000000000",
                        "02000000 6100",
                        "02000000 6162 00000000 0000000000000000",
                        "01000000 62 00000000 0000000000000000",
                        "01000000 ff 00000000 0000000000000000"),
                false);
    }

    @Test
    void floydSortsByKeyThenVersionThenIndex() {
        String p = "0000000000000000";
        assertAscending(
                List.of(
                        p,
                        p + "0000 0100000000000000 0000000000000000",
                        p + "0001 0000 0100000000000000 0000000000000000",
                        p + "61 0000",
                        p + "61 0000 0100000000000000",
                        p + "61 0000 0100000000000000 0100000000000000",
                        p + "61 0000 0100000000000000 ffffffffffffff7f",
                        p + "61 0000 0100000000000000 0000000000000080",
                        p + "61 0000 0001000000000000 0000000000000000",
                        p + "61 0000 0000000000000080 0000000000000000",
                        p + "61 0001 62 0000 0100000000000000 0000000000000000",
                        p + "6161 0000 0100000000000000 0000000000000000",
                        p + "ff 0000 0100000000000000 0000000000000000"),
                true);
    }

    @Test
    void whatFollowsAFloydIndexIsNotCompared() {
        String key = "0000000000000000 61 0000 0100000000000000 0100000000000000";

        try (ComparatorOptions options = ListOrder.options();
                AbstractComparator order = new FloydListOrder(options)) {
            assertThat(order.compare(buffer(key + "00".repeat(16)), buffer(key + "ab".repeat(16))))
                    .isZero();
        }
    }

    private static void assertAscending(List<String> keys, boolean floyd) {
        try (ComparatorOptions options = ListOrder.options();
                AbstractComparator order = floyd ? new FloydListOrder(options) : new BlackwidowListOrder(options)) {
            for (int i = 0; i < keys.size(); i++) {
                for (int j = 0; j < keys.size(); j++) {
                    assertThat(Integer.signum(order.compare(buffer(keys.get(i)), buffer(keys.get(j)))))
                            .as("%s against %s", keys.get(i), keys.get(j))
                            .isEqualTo(Integer.compare(i, j));
                }
            }
        }
    }

    /** Does not begin at position 0: RocksDB's may not either. */
    private static ByteBuffer buffer(String hex) {
        byte[] key = Hex.bytes(hex);
        ByteBuffer buffer = ByteBuffer.allocateDirect(key.length + 5);
        buffer.position(3).limit(3 + key.length);
        buffer.put(3, key);
        return buffer;
    }
}
