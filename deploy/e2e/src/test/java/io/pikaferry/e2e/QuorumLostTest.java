package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper as a whole is not there for longer than sessions live: nothing can be kept, and data flow. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class QuorumLostTest {

    @TempDir
    Path directory;

    @Test
    void dataFlowWhileZooKeeperHasNoQuorum() throws IOException {
        try (TestCluster cluster = ClusterPlan.of(directory, 2, 1)
                        .withZooKeepers(3)
                        .withCoordinatorSetting("zookeeper.session-timeout", "2s")
                        .start();
                Migration orders = Migration.of("orders", directory)) {
            cluster.submit(orders.spec());
            JobView before = cluster.awaitTail("orders");
            String leader = cluster.leader();
            try (Load load = Load.on(orders.source(), 1)) {
                orders.awaitFlow();

                cluster.zooKeepers().loseQuorum();

                Awaitility.await("the leader knows that it must not lead any more")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> cluster.program(leader).output().contains("no longer leading"));
                orders.awaitFlow();
                cluster.zooKeepers().regainQuorum();

                cluster.awaitWorkers(1);
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            JobView after = cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
            assertThat(after.getEpoch()).isEqualTo(before.getEpoch());
            assertThat(after.getFailovers()).isZero();
        }
    }
}
