package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Ports;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What happens to targets, under load. Each has a job of its own, all at one worker. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(SharedCluster.class)
class TargetFaultsTest {

    private final SharedCluster.Started shared;
    private final TestCluster cluster;
    private final Path directory;

    TargetFaultsTest(SharedCluster.Started shared) {
        this.shared = shared;
        this.cluster = shared.cluster();
        this.directory = shared.directory();
    }

    private void assertArrivedOnce(Migration migration) throws IOException {
        JobView after = cluster.awaitCaughtUp(migration.job(), migration.source());
        migration.assertEqual();
        assertThat(after.getFailovers()).isZero();
        assertThat(after.getErrorsOpen()).isZero();
        cluster.delete(migration.job());
    }

    /** P2: the marks go back together with the data. */
    @Test
    void aTargetThatLosesItsLastSecondGetsItAgain() throws IOException {
        try (Migration orders = Migration.of("restarted", directory, "--appendonly", "yes")) {
            shared.begin(orders);
            try (Load load = Load.on(orders.source(), 1)) {
                orders.awaitFlow();
                orders.target().kill();
                cluster.awaitRetrying("restarted", ErrorCode.TARGET_UNREACHABLE);

                orders.target().start();

                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(orders);
        }
    }

    /** P2: the replica had not got everything its master had confirmed. */
    @Test
    void aReplicaThatTakesOverWithoutTheLastWritesGetsThemAgain() throws IOException {
        try (Migration orders = Migration.of("replica", directory).throughRelays();
                Redis replica = Redis.started(directory.resolve("redis-replica-2"))) {
            shared.begin(orders);
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
                assertArrivedOnce(promoted);
            }
        }
    }

    /** P5: what is gone is not silently begun anew. */
    @Test
    void aTargetThatComesBackEmptyNeedsAPerson() throws IOException {
        try (Migration users = Migration.of("empty", directory, "--appendonly", "yes")) {
            shared.begin(users);
            try (Load load = Load.on(users.source(), 3)) {
                users.awaitFlow();
                users.target().kill();
                users.target().forgetData();

                users.target().start();

                JobView blocked = cluster.awaitBlocked("empty", ErrorCode.TARGET_MARKS_LOST);
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
        try (Migration users = Migration.of("flushed", directory)) {
            shared.begin(users);
            try (Load load = Load.on(users.source(), 4)) {
                users.awaitFlow();

                users.target().call("FLUSHALL");

                cluster.awaitBlocked("flushed", ErrorCode.TARGET_MARKS_LOST);
                assertThat(load.written()).isPositive();
                cluster.resume("flushed");
                cluster.awaitBlocked("flushed", ErrorCode.TARGET_MARKS_LOST);

                users.target().call("FLUSHALL");
                cluster.resumeWithFullSync("flushed");

                cluster.awaitTail("flushed");
                users.awaitFlow();
            }
            assertArrivedOnce(users);
        }
    }

    /** P5: the reason is shown, nothing is lost, and it goes on by itself. */
    @Test
    void aTargetThatIsReadOnlyForAWhile() throws IOException {
        try (Migration job = Migration.of("read-only", directory)) {
            shared.begin(job);
            try (Load load = Load.on(job.source(), 5)) {
                job.awaitFlow();

                job.target().call("REPLICAOF", "127.0.0.1", Integer.toString(Ports.free()));
                JobView retrying = cluster.awaitRetrying("read-only", ErrorCode.TARGET_READ_ONLY);
                assertThat(retrying.getProgress().getRetrying().getMessage()).contains("READONLY");

                job.target().call("REPLICAOF", "NO", "ONE");
                job.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(job);
        }
    }

    /** P5 */
    @Test
    void aTargetWithoutMemoryForAWhile() throws IOException {
        try (Migration job = Migration.of("no-memory", directory)) {
            shared.begin(job);
            try (Load load = Load.on(job.source(), 6)) {
                job.awaitFlow();

                job.target().call("CONFIG", "SET", "maxmemory", "1");
                JobView retrying = cluster.awaitRetrying("no-memory", ErrorCode.TARGET_OUT_OF_MEMORY);
                assertThat(retrying.getProgress().getRetrying().getMessage()).contains("OOM");

                job.target().call("CONFIG", "SET", "maxmemory", "0");
                job.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(job);
        }
    }

    /** P5: a target that is there, but still reads its file. */
    @Test
    void aTargetThatTakesLongToLoadItsData() throws IOException {
        try (Migration job = Migration.of("loading", directory, "--appendonly", "yes")) {
            shared.begin(job);
            try (Load load = Load.on(job.source(), 7)) {
                job.awaitFlow();
                job.target().call("EVAL", "for i = 0, 19999 do redis.call('SET', 'filler:' .. i, i) end", "0");
                job.target().kill();

                // each of the 20,000 takes so many microseconds more to load
                job.target().launch("--key-load-delay", "100", "--loading-process-events-interval-bytes", "1024");
                cluster.awaitRetrying("loading", ErrorCode.TARGET_NOT_READY);
                job.target().awaitReady();

                job.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            job.target().call("EVAL", "for i = 0, 19999 do redis.call('UNLINK', 'filler:' .. i) end", "0");
            assertArrivedOnce(job);
        }
    }

    /** P2: what it had been sent is done, or not, and the marks say which. */
    @Test
    void aTargetThatStandsStillForAWhile() throws IOException {
        try (Migration job = Migration.of("still", directory)) {
            shared.begin(job);
            try (Load load = Load.on(job.source(), 8)) {
                job.awaitFlow();

                job.target().suspend();
                cluster.awaitRetrying("still", ErrorCode.TARGET_UNREACHABLE);
                job.target().wake();

                job.awaitFlow(Duration.ofSeconds(20));
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(job);
        }
    }
}
