package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Ports;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What happens to targets, under load. Each has a job of its own, all at one worker. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class TargetFaultsTest {

    @RegisterExtension
    static final SharedCluster SHARED = new SharedCluster();

    /** P2: the marks go back together with the data. */
    @Test
    void aTargetThatLosesItsLastSecondGetsItAgain() throws IOException {
        SHARED.underLoad(Migration.of("restarted", SHARED.directory(), "--appendonly", "yes"), (orders, load) -> {
            orders.awaitFlow();
            orders.target().kill();
            SHARED.cluster().awaitRetrying("restarted", ErrorCode.TARGET_UNREACHABLE);

            orders.target().start();

            orders.awaitFlow();
        });
    }

    /** P2: the replica had not got everything its master had confirmed. */
    @Test
    void aReplicaThatTakesOverWithoutTheLastWritesGetsThemAgain() throws IOException {
        try (Migration orders = Migration.of("replica", SHARED.directory()).throughRelays();
                Redis replica = Redis.started(SHARED.directory().resolve("redis-replica-2"))) {
            SHARED.begin(orders);
            replica.call("REPLICAOF", "127.0.0.1", orders.target().port());
            try (Load load = Load.on(orders.source(), 2)) {
                orders.awaitFlow();
                Awaitility.await("the replica follows")
                        .until(() -> replica.find("beat").isPresent());
                replica.call("REPLICAOF", "NO", "ONE");
                String behind = replica.find("beat").orElseThrow();
                Awaitility.await("the replica is behind what the worker has been told")
                        .until(() -> !orders.target().find("beat").orElseThrow().equals(behind));
                orders.awaitFlow();
                orders.target().kill();

                orders.toTarget().redirect(replica.port());

                Migration promoted = new Migration("replica", orders.source(), replica, orders.lines());
                promoted.awaitFlow();
                assertThat(load.written()).isPositive();
                load.close();
                SHARED.assertArrivedOnce(promoted);
            }
        }
    }

    /** P5: what is gone is not silently begun anew. */
    @Test
    void aTargetThatComesBackEmptyNeedsAPerson() throws IOException {
        try (Migration users = Migration.of("empty", SHARED.directory(), "--appendonly", "yes")) {
            SHARED.begin(users);
            try (Load load = Load.on(users.source(), 3)) {
                users.awaitFlow();
                users.target().kill();
                users.target().forgetData();

                users.target().start();

                JobView blocked = SHARED.cluster().awaitBlocked("empty", ErrorCode.TARGET_MARKS_LOST);
                assertThat(blocked.getReason().getRemedy()).contains("--full-sync force");
                assertThat(load.written()).isPositive();
                assertThat(users.target().find("beat"))
                        .as("what the load wrote")
                        .isEmpty();
            }
        }
    }

    /** P1, P5: the connections stay, so nothing but the marks can tell. */
    @Test
    void aTargetThatIsFlushedNeedsAPersonWhoMayBeginAnew() throws IOException {
        SHARED.underLoad(Migration.of("flushed", SHARED.directory()), (users, load) -> {
            users.awaitFlow();

            users.target().call("FLUSHALL");

            SHARED.cluster().awaitBlocked("flushed", ErrorCode.TARGET_MARKS_LOST);
            SHARED.cluster().resume("flushed");
            SHARED.cluster().awaitBlocked("flushed", ErrorCode.TARGET_MARKS_LOST);

            users.target().call("FLUSHALL");
            SHARED.cluster().resumeWithFullSync("flushed");

            SHARED.cluster().awaitTail("flushed");
            users.awaitFlow();
        });
    }

    /** P5: the reason is shown, nothing is lost, and it goes on by itself. */
    @Test
    void aTargetThatIsReadOnlyForAWhile() throws IOException {
        SHARED.underLoad(Migration.of("read-only", SHARED.directory()), (job, load) -> {
            job.awaitFlow();

            job.target().call("REPLICAOF", "127.0.0.1", Integer.toString(Ports.free()));
            JobView retrying = SHARED.cluster().awaitRetrying("read-only", ErrorCode.TARGET_READ_ONLY);
            assertThat(retrying.getProgress().getRetrying().getMessage()).contains("READONLY");

            job.target().call("REPLICAOF", "NO", "ONE");
            job.awaitFlow();
        });
    }

    /** P5 */
    @Test
    void aTargetWithoutMemoryForAWhile() throws IOException {
        SHARED.underLoad(Migration.of("no-memory", SHARED.directory()), (job, load) -> {
            job.awaitFlow();

            job.target().call("CONFIG", "SET", "maxmemory", "1");
            JobView retrying = SHARED.cluster().awaitRetrying("no-memory", ErrorCode.TARGET_OUT_OF_MEMORY);
            assertThat(retrying.getProgress().getRetrying().getMessage()).contains("OOM");

            job.target().call("CONFIG", "SET", "maxmemory", "0");
            job.awaitFlow();
        });
    }

    /** P5: a target that is there, but still reads its file. */
    @Test
    void aTargetThatTakesLongToLoadItsData() throws IOException {
        SHARED.underLoad(Migration.of("loading", SHARED.directory(), "--appendonly", "yes"), (job, load) -> {
            job.awaitFlow();
            job.target().call("EVAL", "for i = 0, 19999 do redis.call('SET', 'filler:' .. i, i) end", "0");
            job.target().kill();

            // each of the 20,000 takes so many microseconds more to load
            job.target().launch("--key-load-delay", "100", "--loading-process-events-interval-bytes", "1024");
            SHARED.cluster().awaitRetrying("loading", ErrorCode.TARGET_NOT_READY);
            job.target().awaitReady();

            job.awaitFlow();
            job.target().call("EVAL", "for i = 0, 19999 do redis.call('UNLINK', 'filler:' .. i) end", "0");
        });
    }

    /** P2: what it had been sent is done, or not, and the marks say which. */
    @Test
    void aTargetThatStandsStillForAWhile() throws IOException {
        SHARED.underLoad(Migration.of("still", SHARED.directory()), (job, load) -> {
            job.awaitFlow();

            job.target().suspend();
            SHARED.cluster().awaitRetrying("still", ErrorCode.TARGET_UNREACHABLE);
            job.target().wake();

            job.awaitFlow(Duration.ofSeconds(20));
        });
    }
}
