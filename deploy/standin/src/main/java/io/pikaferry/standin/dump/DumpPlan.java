package io.pikaferry.standin.dump;

import java.util.Optional;

/**
 * How much of what a generated dump holds.
 *
 * @param ttlShare the part of the keys that expire, from 0 to 1: between one and thirty days after the dump
 * @param epochSeconds when the dump is said to be made
 */
public record DumpPlan(
        long seed,
        long epochSeconds,
        double ttlShare,
        Optional<Keys> strings,
        Optional<Keys> hashes,
        Optional<Keys> lists,
        Optional<Keys> sets,
        Optional<Keys> zsets) {

    /**
     * Keys of one type.
     *
     * @param elements of each key; 1 for strings
     * @param bytes of each value, element or member
     */
    public record Keys(long count, int elements, int bytes) {

        public Keys {
            if (count < 0 || elements < 1 || bytes < 1) {
                throw new IllegalArgumentException(
                        "%d keys of %d elements of %d bytes".formatted(count, elements, bytes));
            }
        }
    }

    public DumpPlan {
        if (ttlShare < 0 || ttlShare > 1) {
            throw new IllegalArgumentException("a share of " + ttlShare + " is not between 0 and 1");
        }
    }
}
