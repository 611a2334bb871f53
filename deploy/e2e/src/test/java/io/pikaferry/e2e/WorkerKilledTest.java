package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers die, or leave, while their jobs are under load. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class WorkerKilledTest {

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static final List<Migration> migrations = new ArrayList<>();

    @BeforeAll
    static void startEverything() throws IOException {
        cluster = TestCluster.start(directory, 1, 2);
        for (String job : List.of("orders", "users", "carts")) {
            Migration migration = Migration.of(job, directory);
            migrations.add(migration);
            cluster.submit(TestCluster.job(job, migration.source(), migration.target()));
        }
        awaitTails();
    }

    private static void awaitTails() {
        migrations.forEach(migration -> cluster.awaitTail(migration.job()));
    }

    @AfterAll
    static void endEverything() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
        for (Migration migration : migrations) {
            migration.close();
        }
    }

    /** P1, P2, P9: each increment arrives once, each element in its place. */
    @Test
    void nothingIsLostOrDoubledWhenAWorkerIsKilledThreeTimesInARow() throws IOException {
        Migration orders = migrations.get(0);
        int failovers = cluster.status("orders").getFailovers();
        List<Load> loads = new ArrayList<>();
        for (Migration migration : migrations) {
            loads.add(Load.on(migration.source(), loads.size()));
        }
        for (int round = 1; round <= 3; round++) {
            orders.awaitFlow();
            String victim = cluster.killWorkerOf("orders");
            long killed = System.nanoTime();

            orders.awaitFlow();

            System.out.printf(
                    "failover %d: the next command was applied %d ms after kill -9 of %s%n",
                    round, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed), victim);
            cluster.startWorker(victim);
            cluster.awaitWorkers(2);
            awaitTails();
        }
        loads.forEach(Load::close);

        for (Migration migration : migrations) {
            cluster.awaitCaughtUp(migration.job(), migration.source());
            migration.assertEqual();
        }
        assertThat(cluster.status("orders").getFailovers()).isEqualTo(failovers + 3);
    }

    /** Nobody waits for a lease, and no failover is counted. */
    @Test
    void aWorkerThatIsToldToEndHandsItsJobsOver() throws IOException {
        Migration orders = migrations.get(0);
        JobView before = cluster.awaitTail("orders");
        try (Load load = Load.on(orders.source(), 9)) {
            orders.awaitFlow();

            cluster.program(before.getWorker()).terminate();

            JobView after = cluster.awaitTailAwayFrom("orders", before.getWorker());
            assertThat(after.getEpoch()).isEqualTo(before.getEpoch() + 1);
            assertThat(after.getFailovers()).isEqualTo(before.getFailovers());
            orders.awaitFlow();
            assertThat(load.written()).isPositive();
        } finally {
            cluster.startWorker(before.getWorker());
            cluster.awaitWorkers(2);
        }
        cluster.awaitCaughtUp("orders", orders.source());
        orders.assertEqual();
    }
}
