package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Relay;
import io.pikaferry.e2e.cluster.Relay.Way;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** P2: lines that are cut in the middle of a frame, half closed, slow or dead, between a worker and its source or target. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(SharedCluster.class)
class LineFaultsTest {

    /** Of a master that says nothing the worker thinks so after 20 seconds. */
    private static final Duration SILENCE = Duration.ofSeconds(40);

    private final SharedCluster.Started shared;

    LineFaultsTest(SharedCluster.Started shared) {
        this.shared = shared;
    }

    private Migration begun(String job, String version) throws IOException {
        Migration migration =
                Migration.of(job, Migration.pika(version), shared.directory()).throughRelays();
        shared.begin(migration);
        return migration;
    }

    private void assertArrivedOnce(Migration migration) throws IOException {
        JobView after = shared.cluster().awaitCaughtUp(migration.job(), migration.source());
        migration.assertEqual();
        assertThat(after.getFailovers()).isZero();
        assertThat(after.getErrorsOpen()).isZero();
        shared.cluster().delete(migration.job());
    }

    @Test
    void transactionsThatAreCutOnTheirWayToTheTarget() throws IOException {
        try (Migration orders = begun("cut-requests", "3.0.16")) {
            try (Load load = Load.on(orders.source(), 1)) {
                for (long bytes : new long[] {0, 1, 100, 3_000, 20_000}) {
                    orders.awaitFlow();
                    orders.toTarget().cutAfter(bytes, Way.TO_SERVER);
                }
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    /** The target has executed what the worker does not hear of. */
    @Test
    void answersThatAreCutOnTheirWayFromTheTarget() throws IOException {
        try (Migration orders = begun("cut-answers", "3.0.16")) {
            try (Load load = Load.on(orders.source(), 2)) {
                for (long bytes : new long[] {0, 1, 10, 50, 500}) {
                    orders.awaitFlow();
                    orders.toTarget().cutAfter(bytes, Way.TO_CLIENT);
                }
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    @Test
    void aLineToTheTargetThatIsHalfClosed() throws IOException {
        try (Migration orders = begun("half-target", "3.0.16")) {
            try (Load load = Load.on(orders.source(), 3)) {
                for (Way way : Way.values()) {
                    orders.awaitFlow();
                    orders.toTarget().halfClose(way);
                }
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    /** What was held up arrives when another try has long begun: it must not be done then. */
    @Test
    void transactionsThatReachTheTargetLongAfterTheyWereGivenUp() throws IOException {
        try (Migration orders = begun("late", "3.0.16")) {
            try (Load load = Load.on(orders.source(), 4)) {
                for (int i = 0; i < 3; i++) {
                    orders.awaitFlow();
                    orders.toTarget().holdExisting();
                    orders.awaitFlow();
                    orders.toTarget().heal();
                }
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    @Test
    void aLineToTheTargetThatIsSlowThenDeadThenRefused() throws IOException {
        try (Migration orders = begun("slow-target", "3.0.16")) {
            Relay line = orders.toTarget();
            try (Load load = Load.on(orders.source(), 5)) {
                line.delay(Duration.ofMillis(100));
                orders.awaitFlow();
                line.blackHole();
                shared.cluster().awaitRetrying("slow-target", ErrorCode.TARGET_UNREACHABLE);
                line.heal();
                orders.awaitFlow();
                line.refuse();
                shared.cluster().awaitRetrying("slow-target", ErrorCode.TARGET_UNREACHABLE);
                line.heal();
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    /** 2.3 and 3.0: the master dials the worker; what it had written into a connection that broke is gone for it. */
    @Test
    void aBinlogConnectionThatIsCutInTheMiddleOfAFrame() throws IOException {
        try (Migration orders = begun("dial-back", "3.0.16")) {
            try (Load load = Load.on(orders.source(), 6)) {
                for (long bytes : new long[] {0, 3, 777, 5_000}) {
                    orders.awaitFlow();
                    orders.source().faults().killBinlogConnectionAfter(bytes);
                }
                orders.awaitFlow();
                orders.source().faults().dropItems(2);
                orders.awaitFlow();
                orders.source().faults().corruptFrames(1);
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    @Test
    void aHeartbeatThatIsCutOrNotHeardAnyMore() throws IOException {
        try (Migration orders = begun("heartbeat", "3.0.16")) {
            try (Load load = Load.on(orders.source(), 7)) {
                orders.awaitFlow();
                orders.toReplicationPort().cut();
                orders.awaitFlow();
                orders.toReplicationPort().halfClose(Way.TO_SERVER);
                orders.awaitFlow();
                orders.toClientPort().cut();
                orders.awaitFlow();
                orders.toReplicationPort().blackHole();
                shared.cluster().awaitRetrying("heartbeat", ErrorCode.SOURCE_UNREACHABLE);
                orders.toReplicationPort().heal();
                orders.awaitFlow(SILENCE);
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    /** 3.1 to 3.4: one connection of ours carries everything, both ways. */
    @Test
    void aConversationInBothDirectionsThatIsCut() throws IOException {
        try (Migration orders = begun("cut-protobuf", "3.4.0")) {
            Relay line = orders.toReplicationPort();
            try (Load load = Load.on(orders.source(), 8)) {
                for (long bytes : new long[] {0, 3, 1_000, 10_000}) {
                    orders.awaitFlow();
                    line.cutAfter(bytes, Way.TO_CLIENT);
                    orders.awaitFlow();
                    line.cutAfter(bytes / 10, Way.TO_SERVER);
                }
                for (Way way : Way.values()) {
                    orders.awaitFlow();
                    line.halfClose(way);
                }
                orders.awaitFlow(SILENCE);
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    @Test
    void aConversationThatFallsSilent() throws IOException {
        try (Migration orders = begun("silent-protobuf", "3.4.0")) {
            try (Load load = Load.on(orders.source(), 9)) {
                orders.awaitFlow();
                orders.toReplicationPort().holdExisting();
                orders.awaitFlow(SILENCE);
                orders.toReplicationPort().heal();
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }
}
