package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
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

/** P4: a worker that stands still, loses its jobs, and wakes up with its hands full. */
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
        List<Load> loads = new ArrayList<>();
        for (Migration migration : migrations) {
            loads.add(Load.on(migration.source(), loads.size(), 2000));
        }
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
        loads.forEach(Load::close);

        for (Migration migration : migrations) {
            JobView after = cluster.awaitCaughtUp(migration.job(), migration.source());
            migration.assertEqual();
            assertThat(after.getErrorsOpen()).isZero();
        }
        assertThat(cluster.status("orders").getFailovers()).isEqualTo(2);
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
