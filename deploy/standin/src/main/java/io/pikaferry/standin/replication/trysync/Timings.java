package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.settings.Pace;
import java.time.Duration;

/**
 * The waits of a master of 2.3 and 3.0.
 *
 * @param dialDelay before each attempt to dial the slave
 * @param redialPause after a failed attempt or a broken connection, before the next delay
 * @param connectTimeout of one attempt
 * @param sendTimeout after which a slave that takes nothing is dropped and dialled again
 * @param heartbeatSilence after which a slave is removed
 * @param registrationGrace after which a slave without heartbeat is removed
 */
public record Timings(
        Duration dialDelay,
        Duration redialPause,
        Duration connectTimeout,
        Duration sendTimeout,
        Duration heartbeatSilence,
        Duration registrationGrace) {

    /** As measured of real masters; 3.0 gives up sending after 3 s, 2.3 after 35 s. */
    public static Timings of(Pace pace, Duration sendTimeout) {
        return new Timings(
                pace.delay(Duration.ofSeconds(2)),
                pace.delay(Duration.ofSeconds(1)),
                Duration.ofSeconds(1),
                pace.timeout(sendTimeout),
                pace.timeout(Duration.ofSeconds(20)),
                pace.timeout(Duration.ofSeconds(30)));
    }
}
