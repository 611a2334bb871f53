package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The target dies under load, and comes back with what it had, or with nothing. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class TargetRestartedTest {

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(directory, 1, 1);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** P2: the marks go back together with the data. */
    @Test
    void aTargetThatLosesItsLastSecondGetsItAgain() throws IOException {
        try (Migration orders = Migration.of("orders", directory, "--appendonly", "yes")) {
            cluster.submit(TestCluster.job("orders", orders.source(), orders.target()));
            cluster.awaitTail("orders");
            try (Load load = Load.on(orders.source(), 1)) {
                orders.awaitFlow();
                orders.target().kill();
                cluster.awaitRetrying("orders", ErrorCode.TARGET_UNREACHABLE);

                orders.target().start();

                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            JobView after = cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
            assertThat(after.getFailovers()).isZero();
            cluster.delete("orders");
        }
    }

    /** P5: what is gone is not silently begun anew. */
    @Test
    void aTargetThatComesBackEmptyNeedsAPerson() throws IOException {
        try (Migration users = Migration.of("users", directory, "--appendonly", "yes")) {
            cluster.submit(TestCluster.job("users", users.source(), users.target()));
            cluster.awaitTail("users");
            try (Load load = Load.on(users.source(), 2)) {
                users.awaitFlow();
                users.target().kill();
                users.target().forgetData();

                users.target().start();

                JobView blocked = cluster.awaitBlocked("users", ErrorCode.TARGET_MARKS_LOST);
                assertThat(blocked.getReason().getRemedy()).contains("--full-sync force");
                assertThat(load.written()).isPositive();
                assertThat(users.target().find("beat"))
                        .as("what the load wrote")
                        .isEmpty();
            }
        }
    }
}
