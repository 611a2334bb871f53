package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The leading coordinator dies; whoever moves data does not notice. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LeaderKilledTest {

    @TempDir
    Path directory;

    @Test
    void dataKeepFlowingAndNoJobIsStartedAnew() throws IOException {
        try (TestCluster cluster = TestCluster.start(directory, 2, 2);
                Migration orders = Migration.of("orders", directory)) {
            cluster.submit(TestCluster.job("orders", orders.source(), orders.target()));
            JobView before = cluster.awaitTail("orders");
            String leader = cluster.leader();
            try (Load load = Load.on(orders.source(), 1)) {
                orders.awaitFlow();

                cluster.program(leader).kill();

                orders.awaitFlow();
                cluster.awaitOtherLeader(leader);
                cluster.awaitWorkers(2);
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }

            JobView after = cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
            assertThat(after.getEpoch()).isEqualTo(before.getEpoch());
            assertThat(after.getWorker()).isEqualTo(before.getWorker());
            assertThat(after.getFailovers()).isZero();
            assertThat(after.getProgress().getCommandsApplied())
                    .isGreaterThan(before.getProgress().getCommandsApplied());
        }
    }
}
