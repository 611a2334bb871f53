package io.pikaferry.worker.snapshot;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes dumps of Pika 4.0 with one instance, with the server's way of destroying keys. */
final class FloydDump extends DumpWriter {

    private static final long MILLISECONDS = 0x8000000000000000L;

    FloydDump(Path directory) {
        this(directory, 64 << 20);
    }

    FloydDump(Path directory, long memtableBytes) {
        super(directory, memtableBytes);
        create(
                "0",
                "default",
                "hash_data_cf",
                "set_data_cf",
                "list_data_cf",
                "zset_data_cf",
                "zset_score_cf",
                "stream_data_cf");
    }

    static long millis(long time) {
        return time | MILLISECONDS;
    }

    /** As 4.0 encodes: behind the last NUL of a key nothing is kept, its bytes are appended as garbage. */
    static byte[] metaKey(String key) {
        byte[] left = encoded(key);
        byte[] bytes = Arrays.copyOf(left, left.length + 16 + lost(key));
        Arrays.fill(bytes, left.length + 16, bytes.length, (byte) 0xcd);
        return bytes;
    }

    private static int lost(String key) {
        int nul = key.lastIndexOf('\0');
        return nul < 0 ? 0 : key.length() - 1 - nul;
    }

    private static byte[] encoded(String key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[8]);
        for (byte b : text(key.substring(0, key.length() - lost(key)))) {
            out.write(b);
            if (b == 0) {
                out.write(1);
            }
        }
        out.writeBytes(new byte[2]);
        return out.toByteArray();
    }

    static byte[] dataKey(String key, long version, byte[] rest) {
        byte[] prefix = encoded(key);
        return record(prefix.length + 8 + rest.length + 16)
                .put(prefix)
                .putLong(version)
                .put(rest)
                .array();
    }

    /** @param etime as it is stored */
    void string(String key, byte[] value, long etime) {
        byte[] bytes = record(1 + value.length + 32)
                .put((byte) 0)
                .put(value)
                .putLong(0)
                .putLong(0)
                .putLong(0)
                .putLong(etime)
                .array();
        put("0", "default", metaKey(key), bytes);
    }

    /** @param type as it is stored: 1 hash, 2 set, 4 zset */
    void meta(int type, String key, int count, long version, long etime) {
        byte[] bytes = record(45)
                .put((byte) type)
                .putInt(count)
                .putLong(version)
                .putLong(0)
                .putLong(0)
                .putLong(0)
                .putLong(etime)
                .array();
        put("0", "default", metaKey(key), bytes);
    }

    void field(String key, long version, String field, String value) {
        byte[] bytes = Arrays.copyOf(text(value), text(value).length + 24);
        put("0", "hash_data_cf", dataKey(key, version, text(field)), bytes);
    }

    void member(String key, long version, String member) {
        put("0", "set_data_cf", dataKey(key, version, text(member)), new byte[24]);
    }

    void score(String key, long version, String member, double score) {
        put(
                "0",
                "zset_data_cf",
                dataKey(key, version, text(member)),
                record(32).putDouble(score).array());
    }
}
