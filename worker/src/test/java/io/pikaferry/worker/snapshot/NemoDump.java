package io.pikaferry.worker.snapshot;

import java.nio.file.Path;

/** Writes dumps of Pika 2.3. */
final class NemoDump extends DumpWriter {

    NemoDump(Path directory) {
        this(directory, 64 << 20);
    }

    NemoDump(Path directory, long memtableBytes) {
        super(directory, memtableBytes);
        for (String name : new String[] {"kv", "hash", "list", "zset", "set"}) {
            create(name, "default");
        }
    }

    private static byte[] value(byte[] user, int version, int timestamp) {
        return record(user.length + 8)
                .put(user)
                .putInt(version)
                .putInt(timestamp)
                .array();
    }

    private static byte[] metaKey(char tag, String key) {
        return text(tag + key);
    }

    private static byte[] dataKey(char tag, String key, byte[] rest) {
        byte[] name = text(key);
        return record(2 + name.length + rest.length)
                .put((byte) tag)
                .put((byte) name.length)
                .put(name)
                .put(rest)
                .array();
    }

    void string(String key, byte[] value, int timestamp) {
        put("kv", "default", text(key), value(value, 0, timestamp));
    }

    void hashMeta(String key, long count, int version, int timestamp) {
        put("hash", "default", metaKey('H', key), value(record(8).putLong(count).array(), version, timestamp));
    }

    void field(String key, int version, String field, String value) {
        put("hash", "default", dataKey('h', key, text("=" + field)), value(text(value), version, 0));
    }

    void setMeta(String key, long count, int version) {
        put("set", "default", metaKey('S', key), value(record(8).putLong(count).array(), version, 0));
    }

    void member(String key, int version, String member) {
        put("set", "default", dataKey('s', key, text(member)), value(new byte[0], version, 0));
    }

    void listMeta(String key, long length, long left, long right, long nextSeq) {
        byte[] meta = record(32)
                .putLong(length)
                .putLong(left)
                .putLong(right)
                .putLong(nextSeq)
                .array();
        put("list", "default", metaKey('L', key), value(meta, 5, 0));
    }

    void node(String key, int version, long seq, long previous, long next, String element) {
        byte[] bytes = text(element);
        byte[] node = record(16 + bytes.length)
                .putLong(previous)
                .putLong(next)
                .put(bytes)
                .array();
        put("list", "default", dataKey('l', key, record(8).putLong(seq).array()), value(node, version, 0));
    }
}
