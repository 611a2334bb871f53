package io.pikaferry.worker.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PortRangeTest {

    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    /** The recordings' ports lie elsewhere. */
    private PortRange range(int from, int to) {
        return new PortRange(from, to, now::get, from);
    }

    @Test
    void noTwoLeasesShareAPort() {
        PortRange range = range(14_000, 18_100);
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 2_050; i++) {
            PortRange.Lease lease = range.lease(LOCAL, 1000, 3000);
            assertThat(ports.add(lease.port(1000))).isTrue();
            assertThat(ports.add(lease.port(3000))).isTrue();
        }
    }

    @Test
    void anExhaustedRangeSaysWhoHasIt() throws IOException {
        PortRange range = range(14_100, 14_102);
        try (ServerSocket foreign = new ServerSocket(15_101, 1, LOCAL);
                PortRange.Lease first = range.lease(LOCAL, 1000, 3000);
                PortRange.Lease second = range.lease(LOCAL, 1000, 3000)) {
            assertThat(foreign.isBound()).isTrue();
            assertThat(first.base()).isEqualTo(14_100);
            assertThat(second.base()).isEqualTo(14_102);
            assertThatThrownBy(() -> range.lease(LOCAL, 1000, 3000))
                    .hasMessage("no port base is left in 14100-14102 on 127.0.0.1: 2 held by other jobs of this worker,"
                            + " 1 taken by other programs (base + 1000 and base + 3000 must be free)")
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_RANGE_EXHAUSTED));
        }
    }

    @Test
    void aBaseThatWasGivenBackRestsWhileThereAreOthers() {
        PortRange range = range(14_200, 14_201);
        PortRange.Lease first = range.lease(LOCAL, 1000);
        first.close();
        PortRange.Lease second = range.lease(LOCAL, 1000);
        assertThat(second.base()).isEqualTo(14_201);
        second.close();
        second.close();
        // both rest now: better one of them than none
        PortRange.Lease third = range.lease(LOCAL, 1000);
        assertThat(third.base()).isEqualTo(14_200);
        third.close(Duration.ofHours(1));
        now.set(Instant.EPOCH.plus(Duration.ofMinutes(3)));
        try (PortRange.Lease fourth = range.lease(LOCAL, 1000)) {
            assertThat(fourth.base()).isEqualTo(14_201);
        }
    }

    @Test
    void aRangeIsReadFromText() {
        assertThat(PortRange.parse("20000-20099")).hasToString("20000-20099");
        assertThat(PortRange.parse("20000")).hasToString("20000-20000");
        assertThatThrownBy(() -> PortRange.parse("20000-")).hasMessage("expected port bases FROM-TO, got '20000-'");
        assertThatThrownBy(() -> PortRange.parse("9000-9100"))
                .hasMessage("port bases must be five-digit ports FROM-TO in 10000-65535, got 9000-9100");
    }
}
