package io.pikaferry.worker.routing;

import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;

/**
 * How a Pika release computes with expiry times. All times are the source's: when it executed a command, not when we
 * apply it.
 *
 * <p>What the log says is kept: EXPIREAT T becomes T at the target. A source of 2.3 – 4.0.0 lets the key be read until
 * the end of that second (corrections.md 3), so there a key dies up to a second earlier at the target.
 *
 * @param millis times are kept in milliseconds (4.0.1), else in whole seconds
 * @param wraps seconds are kept in 32 bits (up to 3.5): later than January 2038 is long ago
 * @param nowIsPast EXPIREAT of the current second deletes at once (2.3), else when the second is over
 */
record SourceExpiry(boolean millis, boolean wraps, boolean nowIsPast) {

    /** 4.0.1 finds expiries by a clock that is that much ahead of the one it logs by, which goes in ticks. */
    private static final long COARSE_CLOCK_MILLIS = 10;

    /** Long ago: the source's clock never was there. */
    static final long GONE = 1;

    static SourceExpiry of(PikaVersion version) {
        boolean floyd = version.atLeast(4, 0, 0);
        return new SourceExpiry(
                version.atLeast(4, 0, 1), !floyd, Generation.of(version).orElseThrow() == Generation.A);
    }

    /** The expiry, in milliseconds, of a key that the source gave this one in seconds. Not positive: deleted. */
    long atSeconds(long seconds) {
        return (wraps ? (int) seconds : seconds) * 1000;
    }

    /** A time to live as the source computes with it; not positive: the source takes it for none. */
    long ttlOfSeconds(long seconds) {
        return millis ? seconds * 1000 : wraps ? (int) seconds : seconds;
    }

    /** As {@link #ttlOfSeconds}; what the source cuts off is cut off. */
    long ttlOfMillis(long ttlMillis) {
        return millis ? ttlMillis : ttlOfSeconds(ttlMillis / 1000);
    }

    /** The expiry, in milliseconds, of a key that the source gave so long to live. */
    long after(long ttl, long executedAt) {
        long at = millis ? executedAt * 1000 + ttl : atSeconds(executedAt + ttl);
        return at > 0 ? at : GONE;
    }

    /**
     * Whether a key with this expiry was gone when the source executed something. Up to 4.0.0 it can be read until the second
     * is over.
     *
     * @param executedAt seconds; 0, unknown: it was there
     */
    boolean gone(long expireAtMillis, long executedAt) {
        return Math.floorDiv(expireAtMillis, 1000) < executedAt;
    }

    /**
     * Whether it may have been gone or not, within the second of the expiry. 4.0.1 keeps milliseconds, but logs EXPIRE and
     * SETEX in seconds, cut off. 2.3 lets a key that was given a time to live go a second earlier than one that was given a
     * time, and logs both alike.
     */
    boolean unsure(long expireAtMillis, long executedAt) {
        return (millis || nowIsPast)
                && executedAt > 0
                && (Math.floorDiv(expireAtMillis, 1000) == executedAt
                        || millis && Math.floorDiv(expireAtMillis - COARSE_CLOCK_MILLIS, 1000) == executedAt);
    }

    /**
     * Whether it is {@link #gone} by so little that it may have been found: a source looks at the clock when it logs, after it has
     * executed ({@code set_exec_time(time(nullptr))}, in all releases; of twelve counters that were incremented all the time, four had an
     * increment before the expiry that was logged in the second after).
     */
    boolean narrowly(long expireAtMillis, long executedAt) {
        return executedAt > 0 && Math.floorDiv(expireAtMillis, 1000) == executedAt - 1;
    }

    /** Whether setting this expiry deletes the key at once. */
    boolean deletes(long expireAtMillis, long executedAt) {
        return expireAtMillis <= 0
                || gone(expireAtMillis, executedAt)
                || (nowIsPast || millis) && expireAtMillis == executedAt * 1000;
    }
}
