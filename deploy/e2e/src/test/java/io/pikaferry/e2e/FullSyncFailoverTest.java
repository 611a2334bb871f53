package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.standin.StandinMaster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Workers die in the middle of a full sync (DESIGN §7.3), while the source goes on changing what they load. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class FullSyncFailoverTest {

    private static final int KEYS = 1_200;
    private static final int LIST_LENGTH = 20;

    /** Bytes a second, so that a load takes some seconds. */
    private static final int SLOW = 20_000;

    @TempDir
    Path directory;

    private TestCluster cluster(int workers) {
        return ClusterPlan.of(directory, 1, workers)
                .withLease(Duration.ofSeconds(4), Duration.ofSeconds(1))
                .start();
    }

    /** Before the snapshot: keys of all kinds, some of which will soon expire. */
    private static void fill(StandinMaster source) {
        for (int i = 0; i < KEYS; i++) {
            source.execute("SET", "plain:" + i, "value " + i);
            source.execute("SET", "fleeting:" + i, "value " + i);
            source.execute("SADD", "members:" + i % 100, "m" + i);
            source.execute("ZADD", "scores:" + i % 100, Integer.toString(i), "m" + i);
            source.execute("HSET", "fields:" + i % 100, "f" + i, "v" + i);
        }
        for (int i = 0; i < KEYS / 10; i++) {
            for (int j = 0; j < LIST_LENGTH; j++) {
                source.execute("RPUSH", "elements:" + i, "e" + j);
            }
            source.execute("SET", "due:" + i, "5");
            source.execute("EXPIRE", "due:" + i, "10");
        }
    }

    /** While the snapshot is loaded, or between two of them. */
    private static void change(StandinMaster source, int round) {
        for (int i = round; i < KEYS; i += 4) {
            source.execute("DEL", "fleeting:" + i);
        }
        for (int i = round; i < KEYS / 10; i += 4) {
            source.execute("LPOP", "elements:" + i);
            source.execute("RPUSH", "elements:" + i, "round " + round);
            source.execute("INCR", "due:" + i);
            switch (i % 3) {
                case 0 -> source.execute("PERSIST", "due:" + i);
                case 1 -> source.execute("EXPIRE", "due:" + i, "5000");
                default -> source.execute("APPEND", "due:" + i, "0");
            }
        }
    }

    private static JobView awaitLoading(TestCluster cluster, String job, long keys) {
        return cluster.await(
                job,
                view -> view.getProgress().getPhase() == Phase.LOAD
                        && view.getProgress().getFullSync().getKeysLoaded() >= keys);
    }

    /** P6, P9: it has the dump on its disk, and the source is not asked for another. */
    @Test
    void theSameWorkerGoesOnWithItsDump() throws IOException {
        try (TestCluster cluster = cluster(1);
                Migration orders = Migration.of("orders", directory).throughRelays()) {
            fill(orders.source());
            orders.toTarget().narrow(SLOW);
            cluster.submit(orders.spec());
            awaitLoading(cluster, "orders", 100);
            change(orders.source(), 0);
            try (Load load = Load.on(orders.source(), 1)) {
                cluster.program("w1").kill();
                change(orders.source(), 1);

                cluster.startWorker("w1");

                orders.toTarget().heal();
                cluster.awaitTail("orders");
                change(orders.source(), 2);
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            JobView after = cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
            assertThat(after.getErrorsOpen()).isZero();
            assertThat(cluster.program("w1").output().lines().filter(line -> line.contains("dump of source")))
                    .as("dumps received")
                    .hasSize(1);
        }
    }

    /** P2, P9: nothing of the first load stays: no list is doubled, no key lives on that the source has deleted. */
    @Test
    void anotherWorkerBeginsAnewAndLeavesNoGhosts() throws IOException {
        try (TestCluster cluster = cluster(2);
                Migration orders = Migration.of("orders", directory).throughRelays()) {
            fill(orders.source());
            orders.toTarget().narrow(SLOW);
            cluster.submit(orders.spec());
            String first = awaitLoading(cluster, "orders", 100).getWorker();
            change(orders.source(), 0);
            try (Load load = Load.on(orders.source(), 2)) {
                cluster.program(first).kill();
                change(orders.source(), 1);

                cluster.await(
                        "orders",
                        view -> view.getProgress().getPhase() == Phase.LOAD
                                && !view.getWorker().equals(first));
                change(orders.source(), 2);
                orders.toTarget().heal();
                cluster.awaitTail("orders");
                change(orders.source(), 3);
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            JobView after = cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
            assertThat(after.getErrorsOpen()).isZero();
            assertThat(after.getFailovers()).isPositive();
        }
    }

    /** DESIGN §7.2: what was to expire during the load, and was kept alive by the stream, never dies; the rest does. */
    @Test
    void keysThatAreDueDuringTheLoadLiveOrDieAsAtTheSource() throws IOException {
        try (TestCluster cluster = cluster(1);
                Migration orders = Migration.of("orders", directory).throughRelays()) {
            fill(orders.source());
            orders.toTarget().narrow(SLOW);
            cluster.submit(orders.spec());
            awaitLoading(cluster, "orders", 1);
            change(orders.source(), 0);
            change(orders.source(), 1);
            cluster.await("orders", view -> {
                // until those that nobody kept alive are gone from the source
                String answer = new String(
                        orders.source().execute("EXISTS", "due:2").bytes(), java.nio.charset.StandardCharsets.UTF_8);
                return answer.startsWith(":0");
            });
            orders.toTarget().heal();
            try (Load load = Load.on(orders.source(), 3)) {
                cluster.awaitTail("orders");
                change(orders.source(), 2);
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
            assertThat(orders.target().find("due:0")).as("made persistent").isPresent();
            assertThat(orders.target().find("due:1")).as("prolonged").isPresent();
            assertThat(orders.target().find("due:6")).as("made persistent").isPresent();
        }
    }
}
