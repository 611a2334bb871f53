package io.pikaferry.e2e;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One coordinator and one worker for all scenarios that do not touch them: what goes wrong there goes wrong with a source or a
 * target. Scenarios of all classes run side by side, each with a job of its own.
 */
final class SharedCluster implements BeforeAllCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedCluster.class);

    /**
     * @param directory for whatever a scenario needs on disk
     */
    record Started(TestCluster cluster, Path directory) implements AutoCloseable {

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

        void begin(Migration migration) {
            cluster.submit(migration.spec());
            cluster.awaitTail(migration.job());
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
    public void beforeAll(ExtensionContext context) {
        started(context); // so that no scenario's time counts for it
    }

    private static Started started(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Started.class, any -> Started.start(), Started.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Started.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return started(context);
    }
}
