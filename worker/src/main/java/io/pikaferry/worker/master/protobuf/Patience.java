package io.pikaferry.worker.master.protobuf;

import java.time.Duration;

/**
 * How often we speak to a master and how long we wait for it.
 *
 * @param zeroAck between two signs of life of ours per stream; the master forgets us after 20 s without
 * @param silence a stream on which nothing is outstanding and nothing comes for that long is dead; masters ping every
 *     2 s, up to 3.2 every 10 s
 * @param reply for the answer to a request
 * @param registration for the master to forget an earlier session of ours
 * @param dump without any progress of a full sync
 */
record Patience(Duration zeroAck, Duration silence, Duration reply, Duration registration, Duration dump) {

    static final Patience DEFAULT = new Patience(
            Duration.ofSeconds(3),
            Duration.ofSeconds(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofMinutes(10));
}
