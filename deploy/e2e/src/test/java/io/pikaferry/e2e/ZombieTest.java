package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.Relay;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** P4: workers that lose their jobs without knowing: they stand still, or the coordinator does not hear them any more. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ZombieTest {

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static final List<Migration> migrations = new ArrayList<>();

    @BeforeAll
    static void startEverything() throws IOException {
        cluster = ClusterPlan.of(directory, 1, 2)
                .withLease(Duration.ofSeconds(2), Duration.ofSeconds(1))
                .throughRelaysToCoordinators()
                .start();
        for (String job : List.of("orders", "users", "carts", "views")) {
            Migration migration = Migration.of(job, directory).throughRelays();
            migrations.add(migration);
            cluster.submit(migration.spec());
        }
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

    @Test
    void whatAZombieStillHadToWriteIsFencedOff() throws IOException {
        List<Load> loads = loads(2000);
        int failovers = cluster.status("orders").getFailovers();
        Migration orders = migrations.get(0);
        for (int round = 1; round <= 2; round++) {
            migrations.forEach(Migration::awaitFlow);
            String stopped = cluster.status("orders").getWorker();
            List<Migration> its = migrations.stream()
                    .filter(migration ->
                            cluster.status(migration.job()).getWorker().equals(stopped))
                    .toList();
            assertThat(its).contains(orders);
            // transactions are sent and do not arrive yet
            its.forEach(migration -> migration.toTarget().holdExisting());
            Program zombie = cluster.program(stopped);
            int takenOverBefore = takenOver(zombie);

            zombie.suspend();

            its.forEach(migration -> cluster.awaitTailAwayFrom(migration.job(), stopped));
            its.forEach(Migration::awaitFlow);
            zombie.wake();
            its.forEach(migration -> migration.toTarget().heal());

            Awaitility.await("the zombie notices")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> takenOver(zombie) >= takenOverBefore + its.size());
            cluster.awaitWorkers(2);
        }
        assertAllArrivedOnce(loads);
        assertThat(cluster.status("orders").getFailovers()).isGreaterThanOrEqualTo(failovers + 2);
    }

    /** P9: whoever moves data needs no coordinator; and who has not been heard for long enough loses its jobs all the same. */
    @Test
    void workersWhoseLinesToTheCoordinatorBreakGoOn() throws IOException {
        List<Load> loads = loads(500);
        Relay line = cluster.relayOf("c1");
        migrations.forEach(Migration::awaitFlow);
        List<Runnable> faults = List.of(
                line::cut,
                () -> line.cutAfter(20, Relay.Way.TO_SERVER),
                () -> line.cutAfter(20, Relay.Way.TO_CLIENT),
                () -> line.halfClose(Relay.Way.TO_CLIENT),
                () -> line.halfClose(Relay.Way.TO_SERVER));
        for (Runnable fault : faults) {
            fault.run();
            migrations.forEach(Migration::awaitFlow);
            cluster.awaitWorkers(2);
        }

        line.blackHole();

        migrations.forEach(
                migration -> cluster.await(migration.job(), view -> view.getState() == ObservedState.PENDING));
        migrations.forEach(Migration::awaitFlow);
        line.heal();
        cluster.awaitWorkers(2);
        migrations.forEach(migration -> cluster.awaitTail(migration.job()));
        migrations.forEach(Migration::awaitFlow);
        assertAllArrivedOnce(loads);
    }

    private static List<Load> loads(int perSecond) {
        List<Load> loads = new ArrayList<>();
        for (Migration migration : migrations) {
            loads.add(Load.on(migration.source(), loads.size(), perSecond));
        }
        return loads;
    }

    private static void assertAllArrivedOnce(List<Load> loads) throws IOException {
        loads.forEach(Load::close);
        for (Migration migration : migrations) {
            JobView after = cluster.awaitCaughtUp(migration.job(), migration.source());
            migration.assertEqual();
            assertThat(after.getErrorsOpen()).isZero();
        }
    }

    /** How many runs of jobs have ended because somebody else had the job. */
    private static int takenOver(Program worker) {
        return (int) worker.output()
                .lines()
                .filter(line -> line.contains("job was taken over") || line.contains("job revoked"))
                .map(line -> line.replaceAll(".*job=\"?(\\w+).*epoch=\"?(\\d+).*", "$1 $2"))
                .distinct()
                .count();
    }
}
