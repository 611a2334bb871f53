package io.pikaferry.e2e.soak;

import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Program;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Whom a {@link Fault} happens to, and what can be done to it.
 *
 * @param whom a program's id, or a job's
 * @param failing the jobs whose worker is gone
 */
record Struck(Scene scene, Random random, String whom, List<Migration> failing) {

    private Program program() {
        return scene.cluster().program(whom);
    }

    void kill() {
        program().kill();
    }

    void terminate() {
        program().terminate();
    }

    void suspend() {
        program().suspend();
    }

    void wake() {
        program().wake();
    }

    void startWorker() {
        scene.cluster().startWorker(whom);
    }

    void startCoordinator() {
        scene.cluster().startCoordinator(whom);
    }

    void cutOffFromZooKeeper() {
        scene.cluster().zooKeepers().line(whom).blackHole();
    }

    void reconnectToZooKeeper() {
        scene.cluster().zooKeepers().line(whom).heal();
    }

    void awaitJobsElsewhere() {
        failing.forEach(migration -> scene.cluster().awaitTailAwayFrom(migration.job(), whom));
    }

    void awaitOtherLeader() {
        scene.cluster().awaitOtherLeader(whom);
    }

    /** For those that cannot be waited for: how long a disturbance lasts is part of it. */
    static void pass(Random random, int atMostMillis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(atMostMillis));
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    void pass(int atMostMillis) {
        pass(random, atMostMillis);
    }
}
