package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which keys of a database go.
 *
 * @param pattern a glob, {@code *} for all; payload, so not a String
 * @param redisType as TYPE names it; empty: any
 * @param belongs a further condition on the key, such as the slot it lies in
 * @param atMost so many of them, those that come first when sorted byte by byte
 */
public record KeyFilter(Bytes pattern, Optional<String> redisType, Predicate<byte[]> belongs, int atMost) {

    private static final int ALL = Integer.MAX_VALUE;
    private static final Bytes EVERY_KEY = Bytes.utf8("*");

    public KeyFilter {
        requireNonNull(pattern, "pattern is null");
        requireNonNull(redisType, "redisType is null");
        requireNonNull(belongs, "belongs is null");
    }

    public static KeyFilter all() {
        return all(key -> true);
    }

    public static KeyFilter all(Predicate<byte[]> belongs) {
        return new KeyFilter(EVERY_KEY, Optional.empty(), belongs, ALL);
    }

    boolean concerns(String type) {
        return redisType.isEmpty() || redisType.get().equals(type);
    }

    boolean limited() {
        return atMost != ALL;
    }
}
