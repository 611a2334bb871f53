package io.pikaferry.e2e.soak;

import static io.pikaferry.e2e.soak.Struck.pass;

import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Relay.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** What can happen in a {@link Scene}; afterwards everything is there again, whether or not it has recovered. */
enum Fault {
    WORKER_KILLED("kill -9 of a worker", toAWorker(Struck::kill, Struck::startWorker)),
    WORKER_ENDED("SIGTERM to a worker", toAWorker(Struck::terminate, Struck::startWorker)),
    WORKER_ZOMBIE("SIGSTOP of a worker until others have its jobs, then SIGCONT", toAWorker(Struck::suspend, worker -> {
        worker.awaitJobsElsewhere();
        worker.wake();
    })),
    WORKER_NAPS("SIGSTOP of a worker for a moment", toAWorker(Struck::suspend, worker -> {
        worker.pass(3_000);
        worker.wake();
    })),
    LEADER_KILLED("kill -9 of the leading coordinator", toTheLeader(Struck::kill, Struck::startCoordinator)),
    LEADER_STOPPED(
            "SIGSTOP of the leading coordinator until another leads, then SIGCONT",
            toTheLeader(Struck::suspend, leader -> {
                leader.awaitOtherLeader();
                leader.wake();
            })),
    SESSION_LOST(
            "the leader's line to ZooKeeper is dead until another leads",
            toTheLeader(Struck::cutOffFromZooKeeper, leader -> {
                leader.awaitOtherLeader();
                leader.reconnectToZooKeeper();
            })),
    COORDINATORS_KILLED("kill -9 of all coordinators", (scene, random, told) -> {
        scene.coordinators().forEach(id -> scene.cluster().program(id).kill());
        told.accept(new Struck(scene, random, String.join(", ", scene.coordinators()), List.of()));
        pass(random, 3_000);
        scene.coordinators().forEach(scene.cluster()::startCoordinator);
        return scene.migrations();
    }),
    TARGET_RESTARTED("kill -9 and restart of a target", toAJob((job, random) -> {
        job.target().kill();
        pass(random, 2_000);
        job.target().start();
    })),
    TARGET_STOPPED("SIGSTOP and SIGCONT of a target", toAJob((job, random) -> {
        job.target().suspend();
        pass(random, 6_000);
        job.target().wake();
    })),
    TARGET_FULL("a target without memory", toAJob((job, random) -> {
        job.target().call("CONFIG", "SET", "maxmemory", "1");
        pass(random, 3_000);
        job.target().call("CONFIG", "SET", "maxmemory", "0");
    })),
    TARGET_READ_ONLY("a target that is a replica for a while", toAJob((job, random) -> {
        job.target().call("REPLICAOF", "127.0.0.1", "1");
        pass(random, 3_000);
        job.target().call("REPLICAOF", "NO", "ONE");
    })),
    TARGET_LINE_CUT("the line to a target is cut within a transaction", toAJob((job, random) -> job.toTarget()
            .cutAfter(random.nextInt(5_000), Way.TO_SERVER))),
    TARGET_ANSWER_CUT("the line from a target is cut within an answer", toAJob((job, random) -> job.toTarget()
            .cutAfter(random.nextInt(300), Way.TO_CLIENT))),
    TARGET_HALF_CLOSED("the line to a target is half closed", toAJob((job, random) -> job.toTarget()
            .halfClose(any(Way.values(), random)))),
    TARGET_LATE("transactions reach a target when they have been given up", (scene, random, told) -> {
        Migration job = anyJob(scene, random, told);
        job.toTarget().holdExisting();
        scene.awaitFlow(List.of(job));
        job.toTarget().heal();
        return List.of(job);
    }),
    TARGET_SLOW("a slow line to a target", toAJob((job, random) -> {
        job.toTarget().delay(Duration.ofMillis(20 + random.nextInt(200)));
        pass(random, 3_000);
        job.toTarget().heal();
    })),
    TARGET_LINE_DEAD("a dead line to a target", toAJob((job, random) -> {
        job.toTarget().blackHole();
        pass(random, 8_000);
        job.toTarget().heal();
    })),
    SOURCE_RESTARTED("kill and restart of a source", toAJob((job, random) -> {
        job.source().kill();
        pass(random, 3_000);
        job.source().start();
    })),
    BINLOG_CUT(
            "a binlog connection is cut within a frame",
            toAJob((job, random) -> job.source().faults().killBinlogConnectionAfter(random.nextInt(3_000)))),
    ITEMS_DROPPED(
            "a source leaves out items of its binlog",
            toAJob((job, random) -> job.source().faults().dropItems(1 + random.nextInt(5)))),
    FRAME_CORRUPT(
            "a damaged frame of a binlog",
            toAJob((job, random) -> job.source().faults().corruptFrames(1))),
    HEARTBEAT_CUT("the line to a source's replication port is cut", toAJob((job, random) -> {
        if (random.nextBoolean()) {
            job.toReplicationPort().cut();
        } else {
            job.toReplicationPort().halfClose(any(Way.values(), random));
        }
    }));

    /** Lets it happen; tells of whom it happens to, at the moment it does; returns which jobs to wait for. */
    @FunctionalInterface
    private interface Course {
        List<Migration> run(Scene scene, Random random, Consumer<Struck> told) throws IOException;
    }

    /** Something done to a job's source, target or lines, and undone. */
    @FunctionalInterface
    private interface Mishap {
        void befall(Migration job, Random random) throws IOException;
    }

    private final String text;
    private final Course course;

    Fault(String text, Course course) {
        this.text = text;
        this.course = course;
    }

    private static Course toAWorker(Consumer<Struck> harm, Consumer<Struck> mend) {
        return (scene, random, told) -> {
            String worker = workerWithJobs(scene, random);
            Struck struck = new Struck(scene, random, worker, scene.migrationsOf(worker));
            harm.accept(struck);
            told.accept(struck);
            mend.accept(struck);
            return struck.failing();
        };
    }

    private static Course toTheLeader(Consumer<Struck> harm, Consumer<Struck> mend) {
        return (scene, random, told) -> {
            Struck leader = new Struck(scene, random, scene.cluster().leader(), List.of());
            harm.accept(leader);
            told.accept(leader);
            mend.accept(leader);
            return scene.migrations();
        };
    }

    private static Course toAJob(Mishap mishap) {
        return (scene, random, told) -> {
            Migration job = anyJob(scene, random, told);
            mishap.befall(job, random);
            return List.of(job);
        };
    }

    private static Migration anyJob(Scene scene, Random random, Consumer<Struck> told) {
        Migration job = scene.migrations().get(random.nextInt(scene.migrations().size()));
        told.accept(new Struck(scene, random, job.job(), List.of()));
        return job;
    }

    private static <T> T any(T[] of, Random random) {
        return of[random.nextInt(of.length)];
    }

    private static String workerWithJobs(Scene scene, Random random) {
        int first = random.nextInt(scene.workers().size());
        return Awaitility.await("some worker has jobs")
                .atMost(Duration.ofMinutes(1))
                .until(
                        () -> {
                            for (int i = 0; i < scene.workers().size(); i++) {
                                String worker = scene.workers()
                                        .get((first + i) % scene.workers().size());
                                if (!scene.migrationsOf(worker).isEmpty()) {
                                    return worker;
                                }
                            }
                            return "";
                        },
                        worker -> !worker.isEmpty());
    }

    /** What it is, for people. */
    String text() {
        return text;
    }

    /** Whether the time until data flow again is that of a failover. */
    boolean isFailover() {
        return this == WORKER_KILLED;
    }

    /**
     * Lets it happen.
     *
     * @param told of whom it happens to, at the moment it does
     * @return which jobs to wait for
     */
    List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
        try {
            return course.run(scene, random, told);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
