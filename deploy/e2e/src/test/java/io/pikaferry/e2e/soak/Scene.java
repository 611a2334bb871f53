package io.pikaferry.e2e.soak;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Load;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.standin.tryout.Comparison;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Coordinators, workers, and jobs under load between them. Used by one thread. */
final class Scene implements AutoCloseable {

    /** Also a master that has gone silent is noticed within, and its old session forgotten. */
    private static final Duration PATIENCE = Duration.ofSeconds(120).multipliedBy(TestCluster.PATIENCE_FACTOR);

    /**
     * What the scene is to be.
     *
     * @param rate commands a second and job, about
     */
    record Plan(Path directory, int coordinators, int workers, int jobs, int rate, long seed) {}

    private final Plan plan;
    private final TestCluster cluster;
    private final List<Migration> migrations = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();

    private Scene(Plan plan) {
        this.plan = plan;
        this.cluster = ClusterPlan.of(plan.directory(), plan.coordinators(), plan.workers())
                .withCoordinatorSetting("zookeeper.session-timeout", "3s")
                .withWorkerSetting("target.reply-timeout-seconds", "3")
                .start();
    }

    /** Returns when every job is in its tail, under load. */
    static Scene set(Plan plan) throws IOException {
        Scene scene = new Scene(plan);
        try {
            scene.begin();
        } catch (IOException | RuntimeException | Error e) {
            scene.close();
            throw e;
        }
        return scene;
    }

    private void begin() throws IOException {
        for (int i = 1; i <= plan.jobs(); i++) {
            // every fourth speaks to a master of another generation
            String version = i % 4 == 0 ? "3.4.0" : "3.0.16";
            Migration migration = Migration.of(
                            "job" + i, Migration.pika(version), plan.directory(), "--appendonly", "yes")
                    .throughRelays();
            migrations.add(migration);
            loads.add(Load.on(migration.source(), plan.seed() + i, plan.rate()));
            cluster.submit(migration.spec());
        }
        migrations.forEach(migration -> cluster.awaitTail(migration.job()));
        awaitFlow(migrations);
    }

    TestCluster cluster() {
        return cluster;
    }

    List<Migration> migrations() {
        return migrations;
    }

    /** Those that the worker has. */
    List<Migration> migrationsOf(String worker) {
        return migrations.stream()
                .filter(migration -> cluster.status(migration.job()).getWorker().equals(worker))
                .toList();
    }

    List<String> workers() {
        List<String> ids = new ArrayList<>();
        for (int i = 1; i <= plan.workers(); i++) {
            ids.add("w" + i);
        }
        return ids;
    }

    List<String> coordinators() {
        List<String> ids = new ArrayList<>();
        for (int i = 1; i <= plan.coordinators(); i++) {
            ids.add("c" + i);
        }
        return ids;
    }

    /**
     * Waits until a write has arrived of each that is made only now.
     *
     * @return how long it took each
     */
    List<Duration> awaitFlow(List<Migration> of) {
        long began = System.nanoTime();
        Map<Migration, Long> rounds = new HashMap<>();
        of.forEach(migration -> rounds.put(migration, migration.round()));
        List<Duration> times = new ArrayList<>();
        Set<Migration> waiting = new HashSet<>(of);
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        for (Migration each : List.copyOf(waiting)) {
                            if (each.hasArrivedBeyond(rounds.get(each))) {
                                waiting.remove(each);
                                times.add(Duration.ofNanos(System.nanoTime() - began));
                            }
                        }
                        return waiting.isEmpty();
                    });
        } catch (ConditionTimeoutException e) {
            String stuck = waiting.iterator().next().job();
            throw new AssertionError(
                    "nothing arrives of %s for %s; it is%n%s%n%s"
                            .formatted(stuck, PATIENCE, cluster.status(stuck), cluster.logs()),
                    e);
        }
        return times;
    }

    long written() {
        return loads.stream().mapToLong(Load::written).sum();
    }

    /**
     * Ends the load, waits until all has arrived and compares every key.
     *
     * @param keys of each job how many are equal
     * @param differences of each job, key by key
     * @param refused entries in the jobs' error ledgers
     */
    record Verdict(Map<String, Integer> keys, Map<String, List<String>> differences, long refused) {

        boolean good() {
            return differences.isEmpty() && refused == 0;
        }
    }

    Verdict verdict() throws IOException {
        loads.forEach(Load::close);
        Map<String, Integer> keys = new HashMap<>();
        Map<String, List<String>> differences = new HashMap<>();
        long refused = 0;
        for (Migration migration : migrations) {
            JobView view = cluster.awaitCaughtUp(migration.job(), migration.source());
            refused += view.getErrorsOpen();
            Comparison comparison = migration.compare();
            keys.put(
                    migration.job(),
                    comparison.equal().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum());
            List<String> lines = new ArrayList<>();
            comparison.differences().forEach((key, what) -> lines.add(key.asUtf8() + ": " + String.join(", ", what)));
            if (!lines.isEmpty()) {
                differences.put(migration.job(), lines);
            }
        }
        return new Verdict(keys, differences, refused);
    }

    @Override
    public void close() throws IOException {
        loads.forEach(Load::close);
        cluster.close();
        for (Migration migration : migrations) {
            migration.close();
        }
    }
}
