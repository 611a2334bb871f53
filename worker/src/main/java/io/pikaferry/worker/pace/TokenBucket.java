package io.pikaferry.worker.pace;

/**
 * Lets so many units pass in a second, of what was not used up to a tenth of a second's worth later. What is larger than that
 * passes as well, and is paid off before the next may. Reads no clock: times are nanoseconds that only grow.
 *
 * <p>Threads: used by one at a time.
 */
final class TokenBucket {

    private static final double SECOND = 1e9;
    private static final double BURST_SECONDS = 0.1;

    private final double perSecond;
    private final double capacity;
    private double level; // negative: what has yet to be paid off
    private long filledAt;

    /** One with no units saved up. */
    TokenBucket(long perSecond, long now) {
        if (perSecond < 1) {
            throw new IllegalArgumentException("the rate must be positive, got " + perSecond);
        }
        this.perSecond = perSecond;
        this.capacity = Math.max(1, perSecond * BURST_SECONDS);
        this.filledAt = now;
    }

    long perSecond() {
        return (long) perSecond;
    }

    /** How long until something may pass; 0: now. */
    long nanosToWait(long now) {
        fill(now);
        return level >= 0 ? 0 : Math.max(1, (long) Math.ceil(-level / perSecond * SECOND));
    }

    /** To be called when nothing has to be waited for. */
    void take(long units, long now) {
        fill(now);
        level -= units;
    }

    private void fill(long now) {
        level = Math.min(capacity, level + (now - filledAt) / SECOND * perSecond);
        filledAt = now;
    }
}
