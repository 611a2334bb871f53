package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Relay;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Coordinators die, stand still, or lose ZooKeeper; whoever moves data does not notice. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CoordinatorFaultsTest {

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static Migration orders;
    private static JobView before;
    private Load load;

    @BeforeAll
    static void startEverything() throws IOException {
        cluster = ClusterPlan.of(directory, 2, 2)
                .withCoordinatorSetting("zookeeper.session-timeout", "2s")
                .start();
        orders = Migration.of("orders", directory);
        cluster.submit(orders.spec());
        before = cluster.awaitTail("orders");
    }

    @AfterAll
    static void endEverything() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
        if (orders != null) {
            orders.close();
        }
    }

    @BeforeEach
    void startLoad() {
        load = Load.on(orders.source(), 1);
        orders.awaitFlow();
    }

    /** P9: a coordinator's death adds nothing. */
    @AfterEach
    void assertNobodyNoticed() throws IOException {
        load.close();
        JobView after = cluster.awaitCaughtUp("orders", orders.source());
        orders.assertEqual();
        assertThat(after.getEpoch()).isEqualTo(before.getEpoch());
        assertThat(after.getWorker()).isEqualTo(before.getWorker());
        assertThat(after.getFailovers()).isZero();
        assertThat(after.getProgress().getCommandsApplied())
                .isGreaterThan(before.getProgress().getCommandsApplied());
        cluster.awaitWorkers(2);
        before = after;
    }

    @Test
    void theLeaderIsKilledAndAnotherLeads() {
        String leader = cluster.leader();

        cluster.program(leader).kill();

        orders.awaitFlow();
        cluster.awaitOtherLeader(leader);
        cluster.awaitWorkers(2);
        orders.awaitFlow();
        cluster.startCoordinator(leader);
    }

    @Test
    void allCoordinatorsAreKilledAndStartedAgain() {
        List.of("c1", "c2").forEach(id -> cluster.program(id).kill());
        orders.awaitFlow();

        List.of("c1", "c2").forEach(cluster::startCoordinator);

        cluster.awaitWorkers(2);
        orders.awaitFlow();
    }

    /** P4: it believes that it leads when it wakes up. */
    @Test
    void theLeaderStandsStillUntilAnotherLeads() {
        String leader = cluster.leader();

        cluster.program(leader).suspend();

        orders.awaitFlow();
        cluster.awaitOtherLeader(leader);
        orders.awaitFlow();
        cluster.program(leader).wake();
        orders.awaitFlow();
        cluster.awaitWorkers(2);
        assertThat(cluster.leader()).isNotEqualTo(leader);
    }

    @Test
    void theLeaderLosesItsZooKeeperSession() {
        String leader = cluster.leader();
        Relay line = cluster.zooKeepers().line(leader);

        line.blackHole();

        cluster.awaitOtherLeader(leader);
        orders.awaitFlow();
        line.heal();
        orders.awaitFlow();
        cluster.awaitWorkers(2);
    }
}
