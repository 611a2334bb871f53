package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.routing.CollectionWrite.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The collections of one lane that were emptied while they had an expiry, which the source remembers (ADR 19). What counts stands in
 * the target, beside the marks; here is only which keys have to be asked about there: field {@code <kind><db>/<key>}, value the
 * expiry.
 *
 * <p>Threads: the lane's, or that of a lane that holds it at a gate.
 */
final class EmptiedKeys {

    /** P8: beyond so many of a lane none is kept here, and every key may be one. */
    static final int MAX_KEYS = 100_000;

    private final Map<Bytes, Long> expiries = new HashMap<>();
    private boolean full;
    private long earliest = Long.MAX_VALUE; // or earlier

    /** Whether no key can be one. */
    boolean isEmpty() {
        return expiries.isEmpty() && !full;
    }

    int size() {
        return expiries.size();
    }

    /** Whether there may be more in the target than are kept here. */
    boolean isFull() {
        return full;
    }

    boolean mayHave(Bytes field) {
        return full || expiries.containsKey(field);
    }

    void put(Bytes field, long expireAtMillis) {
        if (expiries.size() < MAX_KEYS || expiries.containsKey(field)) {
            expiries.put(field, expireAtMillis);
            earliest = Math.min(earliest, expireAtMillis);
        } else {
            full = true;
        }
    }

    void remove(Bytes field) {
        expiries.remove(field);
    }

    void clear() {
        expiries.clear();
        full = false;
        earliest = Long.MAX_VALUE;
    }

    /** Takes out those of a kind. */
    void removeAll(Kind kind) {
        expiries.keySet().removeIf(field -> isOf(kind, field.array()));
    }

    /** Takes out those whose expiry was before. */
    List<Bytes> takeBefore(long millis) {
        if (earliest >= millis) {
            return List.of();
        }
        List<Bytes> some = new ArrayList<>();
        earliest = Long.MAX_VALUE;
        expiries.forEach((field, at) -> {
            if (at < millis) {
                some.add(field);
            } else {
                earliest = Math.min(earliest, at);
            }
        });
        some.forEach(expiries::remove);
        return some;
    }

    /** A key as it is written down. */
    record Name(Kind kind, int db, Bytes key) {}

    /** What all fields of a kind and database begin with. */
    static byte[] prefix(Kind kind, int db) {
        return (kind.letter() + "" + db + "/").getBytes(US_ASCII);
    }

    static Bytes field(Kind kind, int db, byte[] key) {
        byte[] prefix = prefix(kind, db);
        byte[] field = new byte[prefix.length + key.length];
        System.arraycopy(prefix, 0, field, 0, prefix.length);
        System.arraycopy(key, 0, field, prefix.length, key.length);
        return Bytes.owning(field);
    }

    static boolean isOf(Kind kind, byte[] field) {
        return field[0] == kind.letter();
    }

    /** Reads what {@link #field} wrote. */
    static Name parse(byte[] field) {
        int slash = 1;
        while (field[slash] != '/') {
            slash++;
        }
        byte[] key = new byte[field.length - slash - 1];
        System.arraycopy(field, slash + 1, key, 0, key.length);
        for (Kind kind : Kind.values()) {
            if (isOf(kind, field)) {
                return new Name(kind, Integer.parseInt(new String(field, 1, slash - 1, US_ASCII)), Bytes.owning(key));
            }
        }
        throw new IllegalArgumentException("an emptied key of kind " + (char) field[0]);
    }
}
