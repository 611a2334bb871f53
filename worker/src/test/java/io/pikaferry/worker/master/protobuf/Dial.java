package io.pikaferry.worker.master.protobuf;

import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Masters;
import io.pikaferry.worker.master.PortRange;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** How tests dial. */
final class Dial {

    /** Signs of life twentyfold faster than in earnest; what may only fail when something is wrong waits for long. */
    static final ProtobufMaster.Settings QUICK = settings(Duration.ofSeconds(15), Duration.ofSeconds(20));

    /** For what never comes. */
    static final ProtobufMaster.Settings IMPATIENT = settings(Duration.ofSeconds(1), Duration.ofSeconds(3));

    private static ProtobufMaster.Settings settings(Duration silence, Duration dump) {
        return new ProtobufMaster.Settings(
                new Patience(Duration.ofMillis(50), silence, Duration.ofSeconds(15), Duration.ofSeconds(2), dump),
                new DumpPull.Waits(Duration.ofSeconds(5), Duration.ofMillis(20), dump),
                OptionalLong.empty(),
                16L << 20);
    }

    private static final PortRange PORTS = new PortRange(33_000, 33_400);

    private Dial() {}

    static Masters masters(ProtobufMaster.Settings settings) {
        Masters.Dialer dialer = contact -> ProtobufMaster.open(contact, settings);
        return new Masters(
                PORTS, Optional.empty(), Map.of(Generation.C, dialer, Generation.D, dialer, Generation.E, dialer));
    }
}
