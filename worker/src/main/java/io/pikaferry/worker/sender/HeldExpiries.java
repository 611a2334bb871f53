package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.model.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys of one lane whose expiry is held back (DESIGN §7.2).
 *
 * <p>The source never logs that a key expires: whoever follows has to know by the clock, and the source's clock at the item at
 * hand is not ours. A key that the target let go at its time could still be written to by an item that the source executed
 * before that time and we apply after it, be it because the stream is behind or because a worker died. So a key that may
 * expire before the stream has passed its time gets an expiry far away instead, by a fixed shift: {@code T + SHIFT}. It hangs
 * on the key itself and goes with it when the key is emptied, overwritten or persisted, so it is never wrong; what is kept
 * here, and in the target beside the marks, is only where to look. When the stream has passed T, or T is far enough off, the
 * key gets T.
 *
 * <p>Threads: the lane's, or that of a lane that holds all others at a gate.
 */
final class HeldExpiries {

    /** Some three thousand years. */
    static final long SHIFT_MILLIS = 100_000_000_000_000L;

    private static final long SHIFTED_FROM = SHIFT_MILLIS / 2;

    /** P8: beyond so many, further keys of the lane get their expiry at once. */
    private static final int MAX_KEYS = 100_000;

    /** @param expireAtMillis as far as we know: the key may have another by now, or none */
    record Held(int db, Bytes key, long expireAtMillis) {}

    private final Map<Integer, Map<Bytes, Long>> byDb = new HashMap<>();
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= MAX_KEYS;
    }

    /** When the key may expire; 0: it is not held. */
    long of(int db, byte[] key) {
        Map<Bytes, Long> keys = byDb.get(db);
        Long at = keys == null ? null : keys.get(Bytes.owning(key));
        return at == null ? 0 : at;
    }

    void put(int db, byte[] key, long expireAtMillis) {
        if (byDb.computeIfAbsent(db, any -> new HashMap<>()).put(Bytes.owning(key), expireAtMillis) == null) {
            size++;
        }
    }

    void remove(int db, byte[] key) {
        Map<Bytes, Long> keys = byDb.get(db);
        if (keys != null && keys.remove(Bytes.owning(key)) != null) {
            size--;
        }
    }

    void removeAll(int db) {
        Map<Bytes, Long> keys = byDb.remove(db);
        size -= keys == null ? 0 : keys.size();
    }

    /** A test of a held key's expiry. */
    interface Due {
        boolean test(int db, long expireAtMillis);
    }

    List<Held> which(Due due, int atMost) {
        List<Held> some = new ArrayList<>();
        for (Map.Entry<Integer, Map<Bytes, Long>> db : byDb.entrySet()) {
            for (Map.Entry<Bytes, Long> key : db.getValue().entrySet()) {
                if (due.test(db.getKey(), key.getValue())) {
                    some.add(new Held(db.getKey(), key.getKey(), key.getValue()));
                    if (some.size() == atMost) {
                        return some;
                    }
                }
            }
        }
        return some;
    }

    static long shifted(long expireAtMillis) {
        return expireAtMillis + SHIFT_MILLIS;
    }

    /** Whether an expiry can be shifted at all. */
    static boolean shiftable(long expireAtMillis) {
        return expireAtMillis > 0 && expireAtMillis < SHIFTED_FROM;
    }

    /** Whether a key with so long to live is held back. */
    static boolean isShifted(long pttlMillis) {
        return pttlMillis > SHIFTED_FROM;
    }

    /** How a key is named in the target's hash: {@code db/key}. */
    static byte[] field(int db, byte[] key) {
        byte[] prefix = (db + "/").getBytes(US_ASCII);
        byte[] field = new byte[prefix.length + key.length];
        System.arraycopy(prefix, 0, field, 0, prefix.length);
        System.arraycopy(key, 0, field, prefix.length, key.length);
        return field;
    }

    /** Reads what {@link #field} wrote. */
    static Held parse(byte[] field, byte[] expireAtMillis) {
        int slash = 0;
        while (field[slash] != '/') {
            slash++;
        }
        byte[] key = new byte[field.length - slash - 1];
        System.arraycopy(field, slash + 1, key, 0, key.length);
        return new Held(
                Integer.parseInt(new String(field, 0, slash, US_ASCII)),
                Bytes.owning(key),
                Long.parseLong(new String(expireAtMillis, US_ASCII)));
    }
}
