package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which keys of a database go.
 *
 * @param pattern a glob, {@code *} for all
 * @param redisType as TYPE names it; empty: any
 * @param belongs a further condition on the key, such as the slot it lies in
 */
public record KeyFilter(String pattern, Optional<String> redisType, Predicate<byte[]> belongs) {

    public KeyFilter {
        requireNonNull(pattern, "pattern is null");
        requireNonNull(redisType, "redisType is null");
        requireNonNull(belongs, "belongs is null");
    }

    public static KeyFilter all() {
        return new KeyFilter("*", Optional.empty(), key -> true);
    }
}
