package io.pikaferry.worker.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/** Writes dumps of Pika 3.5. */
final class BlackwidowDump extends DumpWriter {

    private static final long FIRST_RIGHT = 0x8000000000000000L;
    private static final long FIRST_LEFT = 0x7fffffffffffffffL;

    BlackwidowDump(Path directory) {
        this(directory, 64 << 20);
    }

    BlackwidowDump(Path directory, long memtableBytes) {
        super(directory, memtableBytes);
        create("strings", "default");
        create("hashes", "default", "data_cf");
        create("lists", "default", "data_cf");
        create("zsets", "default", "data_cf");
        create("sets", "default", "member_cf");
        create("streams", "default", "data_cf");
    }

    void string(String key, byte[] value, int timestamp) {
        put(
                "strings",
                "default",
                text(key),
                record(value.length + 4).put(value).putInt(timestamp).array());
    }

    void meta(String subDatabase, String key, int count, int version, int timestamp) {
        put(
                subDatabase,
                "default",
                text(key),
                record(12).putInt(count).putInt(version).putInt(timestamp).array());
    }

    static byte[] dataKey(String key, int version, byte[] rest) {
        byte[] name = text(key);
        return record(8 + name.length + rest.length)
                .putInt(name.length)
                .put(name)
                .putInt(version)
                .put(rest)
                .array();
    }

    void field(String key, int version, String field, String value) {
        put("hashes", "data_cf", dataKey(key, version, text(field)), text(value));
    }

    void hash(String key, String field, String value) {
        meta("hashes", key, 1, 7, 0);
        field(key, 7, field, value);
    }

    void member(String key, int version, String member) {
        put("sets", "member_cf", dataKey(key, version, text(member)), new byte[0]);
    }

    void score(String key, int version, String member, double score) {
        put(
                "zsets",
                "data_cf",
                dataKey(key, version, text(member)),
                record(8).putDouble(score).array());
    }

    void list(String key, int version, List<String> elements) {
        put(
                "lists",
                "default",
                text(key),
                record(32)
                        .putLong(elements.size())
                        .putInt(version)
                        .putInt(0)
                        .putLong(FIRST_LEFT)
                        .putLong(FIRST_RIGHT + elements.size())
                        .array());
        for (int i = 0; i < elements.size(); i++) {
            node(key, version, FIRST_RIGHT + i, elements.get(i));
        }
    }

    void node(String key, int version, long index, String element) {
        put("lists", "data_cf", dataKey(key, version, record(8).putLong(index).array()), text(element));
    }

    void stream(String key, int version, int length, long lastMs, long maxDeletedMs) {
        put(
                "streams",
                "default",
                text(key),
                record(68)
                        .putInt(0)
                        .putLong(length)
                        .putLong(0)
                        .putLong(0)
                        .putLong(lastMs)
                        .putLong(0)
                        .putLong(maxDeletedMs)
                        .putLong(0)
                        .putInt(length)
                        .putInt(version)
                        .array());
    }

    void entry(String key, int version, long ms, long seq, String field, String value) {
        byte[] id = ByteBuffer.allocate(16)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(ms)
                .putLong(seq)
                .array();
        byte[] f = text(field);
        byte[] v = text(value);
        byte[] entry = record(8 + f.length + v.length)
                .putInt(f.length)
                .put(f)
                .putInt(v.length)
                .put(v)
                .array();
        put("streams", "data_cf", dataKey(key, version, id), entry);
    }
}
