package io.pikaferry.standin.settings;

import java.time.Duration;

/**
 * How much faster than a real master the stand-in waits. Delays only cost time and may be shortened
 * for any slave; timeouts punish silence, so a slave must be as much faster.
 */
public record Pace(int delays, int timeouts) {

    public static final Pace REAL = new Pace(1, 1);
    /** For tests with real slaves. */
    public static final Pace QUICK = new Pace(20, 1);

    public Pace {
        if (delays < 1 || timeouts < 1) {
            throw new IllegalArgumentException(
                    "a pace of " + delays + " and " + timeouts + " is slower than a real master");
        }
    }

    public Duration delay(Duration real) {
        return real.dividedBy(delays);
    }

    public Duration timeout(Duration real) {
        return real.dividedBy(timeouts);
    }
}
