package io.pikaferry.coordinator;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of day as it was at start plus what has passed since: leases and intervals must not jump when the machine's
 * clock is set. It drifts from the time of day as far as that is set later.
 */
final class MonotonicClock implements InstantSource {

    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
