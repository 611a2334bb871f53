package io.pikaferry.worker.sender;

import io.pikaferry.model.Bytes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Keys of one lane of which the source was found to have several types under one name (up to 3.5). What is refused for them is
 * written down without reading them again, for a while: they can change, but most do not.
 *
 * <p>Threads: the lane's, or that of a lane that holds it at a gate.
 */
final class TypeConflicts {

    private static final int MAX_KEYS = 10_000;
    private static final long REMEMBERED_MILLIS = Duration.ofMinutes(1).toMillis();

    private record Name(int db, Bytes key) {}

    private final LongSupplier clock;
    private final Map<Name, Long> until = new HashMap<>();

    TypeConflicts(LongSupplier clock) {
        this.clock = clock;
    }

    void found(int db, Bytes key) {
        long now = clock.getAsLong();
        if (until.size() >= MAX_KEYS) {
            until.values().removeIf(end -> end <= now);
        }
        if (until.size() < MAX_KEYS) {
            until.put(new Name(db, key), now + REMEMBERED_MILLIS);
        }
    }

    boolean isKnown(int db, byte[] key) {
        if (until.isEmpty()) {
            return false;
        }
        Name name = new Name(db, Bytes.owning(key));
        Long end = until.get(name);
        if (end != null && end <= clock.getAsLong()) {
            until.remove(name);
            return false;
        }
        return end != null;
    }
}
