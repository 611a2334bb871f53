package io.pikaferry.standin.dataset;

import java.time.InstantSource;

/**
 * How a Pika line keeps expiry times: the unit of its stamps and the instant at which a key is gone.
 *
 * <pre>
 *          unit   EXPIRE n stores   gone when        TTL
 * 2.3      s      now + n - 1       stamp &lt; now      stamp - now + 1
 * 3.0-3.5  s      now + n           stamp &lt; now      stamp - now
 * 4.0      ms     now + n           stamp &lt; now      (stamp - now) / 1000
 * </pre>
 */
public final class Expiry {

    private enum Unit {
        NEMO_SECONDS,
        SECONDS,
        MILLISECONDS
    }

    private final Unit unit;
    private final InstantSource clock;

    private Expiry(Unit unit, InstantSource clock) {
        this.unit = unit;
        this.clock = clock;
    }

    public static Expiry nemoSeconds(InstantSource clock) {
        return new Expiry(Unit.NEMO_SECONDS, clock);
    }

    public static Expiry seconds(InstantSource clock) {
        return new Expiry(Unit.SECONDS, clock);
    }

    public static Expiry milliseconds(InstantSource clock) {
        return new Expiry(Unit.MILLISECONDS, clock);
    }

    public long nowMillis() {
        return clock.millis();
    }

    public long nowSeconds() {
        return Math.floorDiv(clock.millis(), 1000L);
    }

    private long now() {
        return unit == Unit.MILLISECONDS ? nowMillis() : nowSeconds();
    }

    public boolean isGone(long stamp) {
        return stamp != Value.NEVER && stamp < now();
    }

    /** The stamp of a key that is to live so many milliseconds more; whole seconds where Pika knows no other. */
    public long stampAfterMillis(long millis) {
        return switch (unit) {
            case NEMO_SECONDS -> nowSeconds() + millis / 1000 - 1;
            case SECONDS -> nowSeconds() + millis / 1000;
            case MILLISECONDS -> nowMillis() + millis;
        };
    }

    /** The stamp of a key that is to live until a point of time. */
    public long stampAtMillis(long epochMillis) {
        return unit == Unit.MILLISECONDS ? epochMillis : Math.floorDiv(epochMillis, 1000L);
    }

    /** What is left, as TTL says it, in milliseconds. */
    public long remainingMillis(long stamp) {
        return switch (unit) {
            case NEMO_SECONDS -> (stamp - nowSeconds() + 1) * 1000;
            case SECONDS -> (stamp - nowSeconds()) * 1000;
            case MILLISECONDS -> stamp - nowMillis();
        };
    }

    /** The instant as a point of time, as TTL implies it. */
    public long goneAtMillis(long stamp) {
        return switch (unit) {
            case NEMO_SECONDS -> (stamp + 1) * 1000;
            case SECONDS -> stamp * 1000;
            case MILLISECONDS -> stamp;
        };
    }
}
