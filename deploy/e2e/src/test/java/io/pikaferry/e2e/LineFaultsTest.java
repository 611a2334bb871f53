package io.pikaferry.e2e;

import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Relay;
import io.pikaferry.e2e.cluster.Relay.Way;
import io.pikaferry.error.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** P2: lines that are cut in the middle of a frame, half closed, slow or dead, between a worker and its source or target. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class LineFaultsTest {

    /** Of a master that says nothing the worker thinks so after 20 seconds. */
    private static final Duration SILENCE = Duration.ofSeconds(40);

    @RegisterExtension
    static final SharedCluster SHARED = new SharedCluster();

    private static Migration through(String job, String version) throws IOException {
        return Migration.of(job, Migration.pika(version), SHARED.directory()).throughRelays();
    }

    @Test
    void transactionsThatAreCutOnTheirWayToTheTarget() throws IOException {
        SHARED.underLoad(through("cut-requests", "3.0.16"), (orders, load) -> {
            for (long bytes : new long[] {0, 1, 100, 3_000, 20_000}) {
                orders.awaitFlow();
                orders.toTarget().cutAfter(bytes, Way.TO_SERVER);
            }
            orders.awaitFlow();
        });
    }

    /** The target has executed what the worker does not hear of. */
    @Test
    void answersThatAreCutOnTheirWayFromTheTarget() throws IOException {
        SHARED.underLoad(through("cut-answers", "3.0.16"), (orders, load) -> {
            for (long bytes : new long[] {0, 1, 10, 50, 500}) {
                orders.awaitFlow();
                orders.toTarget().cutAfter(bytes, Way.TO_CLIENT);
            }
            orders.awaitFlow();
        });
    }

    @Test
    void aLineToTheTargetThatIsHalfClosed() throws IOException {
        SHARED.underLoad(through("half-target", "3.0.16"), (orders, load) -> {
            for (Way way : Way.values()) {
                orders.awaitFlow();
                orders.toTarget().halfClose(way);
            }
            orders.awaitFlow();
        });
    }

    /** What was held up arrives when another try has long begun: it must not be done then. */
    @Test
    void transactionsThatReachTheTargetLongAfterTheyWereGivenUp() throws IOException {
        SHARED.underLoad(through("late", "3.0.16"), (orders, load) -> {
            for (int i = 0; i < 3; i++) {
                orders.awaitFlow();
                orders.toTarget().holdExisting();
                orders.awaitFlow();
                orders.toTarget().heal();
            }
            orders.awaitFlow();
        });
    }

    @Test
    void aLineToTheTargetThatIsSlowThenDeadThenRefused() throws IOException {
        SHARED.underLoad(through("slow-target", "3.0.16"), (orders, load) -> {
            Relay line = orders.toTarget();
            line.delay(Duration.ofMillis(100));
            orders.awaitFlow();
            line.blackHole();
            SHARED.cluster().awaitRetrying("slow-target", ErrorCode.TARGET_UNREACHABLE);
            line.heal();
            orders.awaitFlow();
            line.refuse();
            SHARED.cluster().awaitRetrying("slow-target", ErrorCode.TARGET_UNREACHABLE);
            line.heal();
            orders.awaitFlow();
        });
    }

    /** 2.3 and 3.0: the master dials the worker; what it had written into a connection that broke is gone for it. */
    @Test
    void aBinlogConnectionThatIsCutInTheMiddleOfAFrame() throws IOException {
        SHARED.underLoad(through("dial-back", "3.0.16"), (orders, load) -> {
            for (long bytes : new long[] {0, 3, 777, 5_000}) {
                orders.awaitFlow();
                orders.source().faults().killBinlogConnectionAfter(bytes);
            }
            orders.awaitFlow();
            orders.source().faults().dropItems(2);
            orders.awaitFlow();
            orders.source().faults().corruptFrames(1);
            orders.awaitFlow();
        });
    }

    @Test
    void aHeartbeatThatIsCutOrNotHeardAnyMore() throws IOException {
        SHARED.underLoad(through("heartbeat", "3.0.16"), (orders, load) -> {
            orders.awaitFlow();
            orders.toReplicationPort().cut();
            orders.awaitFlow();
            orders.toReplicationPort().halfClose(Way.TO_SERVER);
            orders.awaitFlow();
            orders.toClientPort().cut();
            orders.awaitFlow();
            orders.toReplicationPort().blackHole();
            SHARED.cluster().awaitRetrying("heartbeat", ErrorCode.SOURCE_UNREACHABLE);
            orders.toReplicationPort().heal();
            orders.awaitFlow(SILENCE);
        });
    }

    /** 3.1 to 3.4: one connection of ours carries everything, both ways. */
    @Test
    void aConversationInBothDirectionsThatIsCut() throws IOException {
        SHARED.underLoad(through("cut-protobuf", "3.4.0"), (orders, load) -> {
            Relay line = orders.toReplicationPort();
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
        });
    }

    @Test
    void aConversationThatFallsSilent() throws IOException {
        SHARED.underLoad(through("silent-protobuf", "3.4.0"), (orders, load) -> {
            orders.awaitFlow();
            orders.toReplicationPort().holdExisting();
            orders.awaitFlow(SILENCE);
            orders.toReplicationPort().heal();
            orders.awaitFlow();
        });
    }
}
