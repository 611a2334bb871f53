package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a worker is too small for a dump, until somebody makes room. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DiskFullTest {

    private static final int VALUES = 300;
    private static final int VALUE_BYTES = 4_000;

    @TempDir
    Path directory;

    /** P5: the reason is shown, and the job goes on by itself. */
    @Test
    void aJobWaitsUntilThereIsRoomForItsDump() throws IOException, InterruptedException {
        Path disk = Files.createDirectories(directory.resolve("disk"));
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk.toString()),
                "a small disk can be had by root only, who may mount a tmpfs");
        try (TestCluster cluster = ClusterPlan.of(directory, 1, 0).start();
                Migration orders = Migration.of("orders", directory)) {
            cluster.startWorker("w1", disk);
            cluster.awaitWorkers(1);
            fill(orders);
            cluster.submit(orders.spec());
            cluster.awaitRetrying("orders", ErrorCode.DISK_FULL);

            assertThat(succeeds("mount", "-o", "remount,size=64m", disk.toString()))
                    .isTrue();

            cluster.awaitTail("orders");
            try (Load load = Load.on(orders.source(), 1)) {
                orders.awaitFlow();
                assertThat(load.written()).isPositive();
            }
            cluster.awaitCaughtUp("orders", orders.source());
            orders.assertEqual();
        } finally {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
    }

    /** Nothing that could be compressed. */
    private static void fill(Migration migration) {
        Random random = new Random(1);
        for (int i = 0; i < VALUES; i++) {
            StringBuilder value = new StringBuilder();
            while (value.length() < VALUE_BYTES) {
                value.append(Long.toString(random.nextLong(), Character.MAX_RADIX));
            }
            migration.source().execute("SET", "large:" + i, value.toString());
        }
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
