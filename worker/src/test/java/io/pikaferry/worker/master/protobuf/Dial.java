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

    /** Everything tenfold faster than in earnest. */
    static final ProtobufMaster.Settings QUICK = new ProtobufMaster.Settings(
            new Patience(
                    Duration.ofMillis(50),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3)),
            new DumpPull.Waits(Duration.ofMillis(500), Duration.ofMillis(20), Duration.ofSeconds(3)),
            OptionalLong.empty(),
            16L << 20);

    private static final PortRange PORTS = new PortRange(33_000, 33_400);

    private Dial() {}

    static Masters masters(ProtobufMaster.Settings settings) {
        Masters.Dialer dialer = contact -> ProtobufMaster.open(contact, settings);
        return new Masters(
                PORTS, Optional.empty(), Map.of(Generation.C, dialer, Generation.D, dialer, Generation.E, dialer));
    }
}
