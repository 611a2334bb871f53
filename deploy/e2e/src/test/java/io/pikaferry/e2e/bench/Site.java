package io.pikaferry.e2e.bench;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Ports;
import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.Connection;

/**
 * What stays over the rounds of a workload, each a process of its own: a stand-in as source, coordinator, worker. So the first
 * round finds a worker that has just been started, and later ones a worker that has been at work, as a service has.
 */
final class Site implements AutoCloseable {

    private static final int[] PORTS_OF_A_MASTER = {1000, 2000, 3000, 10001};
    private static final long LONGEST_NANOS = 180_000_000_000L;

    private final Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Program source;
    private final int sourcePort;
    private final TestCluster cluster;

    /**
     * @param dump what the source begins with; empty: nothing
     * @param workerOptions flags of the worker's JVM
     */
    Site(Path directory, String version, Optional<Path> dump, String workerOptions) {
        this.directory = directory;
        sourcePort = Ports.free(1, PORTS_OF_A_MASTER);
        source = opened(source(version, dump));
        cluster = opened(
                ClusterPlan.of(directory, 1, 1).withWorkerOptions(workerOptions).start());
    }

    /** Another source, of jobs at a cluster that is there. */
    Site(Path directory, String version, TestCluster cluster) {
        this.directory = directory;
        sourcePort = Ports.free(1, PORTS_OF_A_MASTER);
        source = opened(source(version, Optional.empty()));
        this.cluster = cluster;
    }

    private Program source(String version, Optional<Path> dump) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                "--version",
                version,
                "--listen",
                "127.0.0.1:" + sourcePort,
                "--data-dir",
                directory.resolve("source").toString(),
                "--no-data",
                "--expire-logs-nums",
                "1000",
                "--quick"));
        dump.ifPresent(from -> arguments.addAll(List.of("--dump", from.toString())));
        Program started = Program.ferry("pikaferry-standin", directory.resolve("source.log"), arguments);
        awaits("the source listens", () -> started.output().contains("listens on"));
        return started;
    }

    static Redis redis(Path directory) {
        return Redis.started(directory);
    }

    private <T extends AutoCloseable> T opened(T each) {
        open.add(0, each);
        return each;
    }

    Program source() {
        return source;
    }

    int sourcePort() {
        return sourcePort;
    }

    Connection toSource() {
        return new Connection("127.0.0.1", sourcePort);
    }

    TestCluster cluster() {
        return cluster;
    }

    Program worker() {
        return cluster.program("w1");
    }

    Path directory() {
        return directory;
    }

    JobSpec.Builder job(String name, int lanes, int targetPort) {
        return JobSpec.newBuilder()
                .setName(name)
                .setLanes(lanes)
                .setSource(Source.newBuilder().setHost("127.0.0.1").setPort(sourcePort))
                .setTarget(Target.newBuilder().setUri("redis://127.0.0.1:" + targetPort));
    }

    /** Asks again and again, a few hundred times a second. @return after how many seconds it was so */
    static double awaits(String what, BooleanSupplier condition) {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > LONGEST_NANOS) {
                throw new IllegalStateException("it never came to this: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(3_000_000);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                System.err.println("could not end: " + e);
            }
        }
    }
}
