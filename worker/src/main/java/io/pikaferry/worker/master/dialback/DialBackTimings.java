package io.pikaferry.worker.master.dialback;

import java.time.Duration;

/**
 * How long things take, or may.
 *
 * @param heartbeat between pings; masters give up after 20 s without one
 * @param heartbeatLost how long a pong may take, or the connecting
 * @param dialBack by when the master must have connected; it tries about every 4 s
 * @param poll between looks at something that cannot be waited for
 * @param settle how long a stream must be silent before the master is asked whether an item is whole
 * @param streamDead how long nothing may arrive of what the master is known to have logged
 * @param dumpSilence how long nothing may happen in a full sync
 * @param dumpRepeat after what silence the master is asked again for a dump it seems to have forgotten
 */
record DialBackTimings(
        Duration heartbeat,
        Duration heartbeatLost,
        Duration dialBack,
        Duration poll,
        Duration settle,
        Duration streamDead,
        Duration dumpSilence,
        Duration dumpRepeat) {

    static final DialBackTimings USUAL = new DialBackTimings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(20),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofMillis(20),
            Duration.ofSeconds(15),
            Duration.ofMinutes(10),
            Duration.ofSeconds(90));
}
