package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One coordinator and one worker for all scenarios that do not touch them: what goes wrong there goes wrong with a source or a
 * target. Scenarios of all classes run side by side, each with a job of its own. Registered as a static field.
 */
final class SharedCluster implements BeforeAllCallback {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedCluster.class);

    /** What goes wrong with a job in its tail, and what is expected of it then. */
    @FunctionalInterface
    interface Scenario {
        void play(Migration job, Load load) throws IOException;
    }

    private Started started;

    private record Started(TestCluster cluster, Path directory) implements AutoCloseable {

        private static Started start() {
            try {
                Path directory = Files.createTempDirectory("pikaferry-e2e");
                return new Started(
                        ClusterPlan.of(directory, 1, 1)
                                .withWorkerSetting("target.reply-timeout-seconds", "2")
                                .start(),
                        directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            cluster.close();
            List<Path> files;
            try (Stream<Path> walk = Files.walk(directory)) {
                files = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) { // so that no scenario's time counts for the start
        started = context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Started.class, any -> Started.start(), Started.class);
    }

    TestCluster cluster() {
        return started.cluster();
    }

    /** For whatever a scenario needs on disk. */
    Path directory() {
        return started.directory();
    }

    /** Brings a job to its tail. */
    void begin(Migration job) {
        cluster().submit(job.spec());
        cluster().awaitTail(job.job());
    }

    /** Lets something happen to a job while its source is written to; in the end all must have arrived, and once. */
    void underLoad(Migration migration, Scenario scenario) throws IOException {
        try (Migration job = migration) {
            begin(job);
            try (Load load = Load.on(job.source(), job.job().hashCode())) {
                scenario.play(job, load);
                assertThat(load.written()).isPositive();
            }
            assertArrivedOnce(job);
        }
    }

    /** Ends the job. */
    void assertArrivedOnce(Migration job) throws IOException {
        JobView after = cluster().awaitCaughtUp(job.job(), job.source());
        job.assertEqual();
        assertThat(after.getFailovers()).isZero();
        assertThat(after.getErrorsOpen()).isZero();
        cluster().delete(job.job());
    }
}
