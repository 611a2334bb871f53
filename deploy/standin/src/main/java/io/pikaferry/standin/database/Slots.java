package io.pikaferry.standin.database;

import io.pikaferry.standin.dataset.Bytes;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Which slot of a database has a key, in sharding mode (spec/replication.md §7.4). */
final class Slots {

    private Slots() {}

    static int of(Bytes key, int count) {
        CRC32 crc = new CRC32();
        crc.update(tag(key).array());
        return (int) (crc.getValue() % count);
    }

    /** What is between the first brace and the next one that closes, even if that is nothing; else the key. */
    static Bytes tag(Bytes key) {
        byte[] bytes = key.array();
        int from = 0;
        while (from < bytes.length && bytes[from] != '{') {
            from++;
        }
        int to = from + 1;
        while (to < bytes.length && bytes[to] != '}') {
            to++;
        }
        return to < bytes.length ? Bytes.owning(Arrays.copyOfRange(bytes, from + 1, to)) : key;
    }
}
