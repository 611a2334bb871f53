package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.model.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of one lane that expire before long (DESIGN §7.2).
 *
 * <p>The source never logs that a key expires: whoever follows has to know by the clock, and the source's clock at the item at
 * hand is not ours. A key that the target let go at its time could still be written to by an item that the source executed
 * before that time and we apply after it, be it because the stream is behind or because a worker died. So while the stream
 * flows a key that is about to expire gets an expiry far away instead, by a fixed shift: {@code T + SHIFT}. It hangs on the
 * key itself and goes with it when the key is emptied, overwritten or persisted, so it is never wrong; what is kept here, and
 * in the target beside the marks, is only where to look.
 *
 * <pre>
 *   far ─────────────▶ NATIVE ── T comes near ──▶ SHIFTED ── the stream has passed T ──▶ given T, gone
 *   not kept here      has T   ◀─ all is quiet ──  has T + SHIFT
 *                        │
 *                        └── found missing, though the stream has not passed T ──▶ LOST
 * </pre>
 *
 * <p>Threads: the lane's, or that of a lane that holds all others at a gate.
 */
final class HeldExpiries {

    /** Some three thousand years. */
    static final long SHIFT_MILLIS = 100_000_000_000_000L;

    private static final long SHIFTED_FROM = SHIFT_MILLIS / 2;

    /** P8: beyond so many of a lane held back, and as many watched, further keys get their expiry and are not watched. */
    private static final int MAX_KEYS = 100_000;

    /** What the target has, as far as we know. */
    enum State {
        /** An earlier tenure's: to be asked. */
        UNKNOWN,
        NATIVE,
        SHIFTED,
        /** The key is not there. It was deleted, or the target let it go too early. */
        LOST
    }

    /** @param expireAtMillis as far as we know: the key may have another by now, or none */
    record Held(int db, Bytes key, long expireAtMillis, State state) {}

    private record Expiring(long at, State state) {}

    private final Map<Integer, Map<Bytes, Expiring>> byDb = new HashMap<>();
    private int size;
    private int shifted;

    boolean isEmpty() {
        return size == 0;
    }

    /** Of all that are kept here. */
    int size() {
        return size;
    }

    /** Of those held back. */
    int shifted() {
        return shifted;
    }

    boolean hasRoomFor(State state) {
        return state == State.SHIFTED ? shifted < MAX_KEYS : size - shifted < MAX_KEYS;
    }

    /** What is known of the key. */
    Optional<Held> find(int db, byte[] key) {
        Map<Bytes, Expiring> keys = byDb.get(db);
        if (keys == null) {
            return Optional.empty();
        }
        Bytes name = Bytes.owning(key);
        return Optional.ofNullable(keys.get(name)).map(known -> new Held(db, name, known.at, known.state));
    }

    void put(int db, byte[] key, long expireAtMillis, State state) {
        Expiring before = byDb.computeIfAbsent(db, any -> new HashMap<>())
                .put(Bytes.owning(key), new Expiring(expireAtMillis, state));
        size += before == null ? 1 : 0;
        shifted += isShifted(state) - isShifted(before);
    }

    void remove(int db, byte[] key) {
        Map<Bytes, Expiring> keys = byDb.get(db);
        Expiring before = keys == null ? null : keys.remove(Bytes.owning(key));
        size -= before == null ? 0 : 1;
        shifted -= isShifted(before);
    }

    void removeAll(int db) {
        Map<Bytes, Expiring> keys = byDb.remove(db);
        if (keys != null) {
            size -= keys.size();
            keys.values().forEach(each -> shifted -= isShifted(each));
        }
    }

    private static int isShifted(Expiring known) {
        return known == null ? 0 : isShifted(known.state);
    }

    private static int isShifted(State state) {
        return state == State.SHIFTED ? 1 : 0;
    }

    /** A test of what is known of a key. */
    interface Due {
        boolean test(int db, long expireAtMillis, State state);
    }

    List<Held> which(Due due, int atMost) {
        List<Held> some = new ArrayList<>();
        for (Map.Entry<Integer, Map<Bytes, Expiring>> db : byDb.entrySet()) {
            for (Map.Entry<Bytes, Expiring> key : db.getValue().entrySet()) {
                Expiring known = key.getValue();
                if (due.test(db.getKey(), known.at, known.state)) {
                    some.add(new Held(db.getKey(), key.getKey(), known.at, known.state));
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
                Long.parseLong(new String(expireAtMillis, US_ASCII)),
                State.UNKNOWN);
    }
}
