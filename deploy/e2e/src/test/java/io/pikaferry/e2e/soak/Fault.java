package io.pikaferry.e2e.soak;

import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Relay;
import io.pikaferry.e2e.cluster.Relay.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** What can happen in a {@link Scene}; afterwards everything is there again, whether or not it has recovered. */
enum Fault {
    WORKER_KILLED("kill -9 of a worker", true) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String worker = workerWithJobs(scene, random);
            List<Migration> its = scene.migrationsOf(worker);
            scene.cluster().program(worker).kill();
            told.accept(new Struck(worker, its));
            scene.cluster().startWorker(worker);
            return its;
        }
    },
    WORKER_ENDED("SIGTERM to a worker", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String worker = workerWithJobs(scene, random);
            List<Migration> its = scene.migrationsOf(worker);
            told.accept(new Struck(worker, its));
            scene.cluster().program(worker).terminate();
            scene.cluster().startWorker(worker);
            return its;
        }
    },
    WORKER_ZOMBIE("SIGSTOP of a worker until others have its jobs, then SIGCONT", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String worker = workerWithJobs(scene, random);
            List<Migration> its = scene.migrationsOf(worker);
            scene.cluster().program(worker).suspend();
            told.accept(new Struck(worker, its));
            its.forEach(migration -> scene.cluster().awaitTailAwayFrom(migration.job(), worker));
            scene.cluster().program(worker).wake();
            return its;
        }
    },
    WORKER_NAPS("SIGSTOP of a worker for a moment", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String worker = workerWithJobs(scene, random);
            scene.cluster().program(worker).suspend();
            told.accept(new Struck(worker, List.of()));
            pass(random, 3_000);
            scene.cluster().program(worker).wake();
            return scene.migrations();
        }
    },
    LEADER_KILLED("kill -9 of the leading coordinator", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String leader = scene.cluster().leader();
            scene.cluster().program(leader).kill();
            told.accept(new Struck(leader, List.of()));
            scene.cluster().startCoordinator(leader);
            return scene.migrations();
        }
    },
    COORDINATORS_KILLED("kill -9 of all coordinators", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            scene.coordinators().forEach(id -> scene.cluster().program(id).kill());
            told.accept(new Struck(String.join(", ", scene.coordinators()), List.of()));
            pass(random, 3_000);
            scene.coordinators().forEach(scene.cluster()::startCoordinator);
            return scene.migrations();
        }
    },
    LEADER_STOPPED("SIGSTOP of the leading coordinator until another leads, then SIGCONT", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String leader = scene.cluster().leader();
            scene.cluster().program(leader).suspend();
            told.accept(new Struck(leader, List.of()));
            scene.cluster().awaitOtherLeader(leader);
            scene.cluster().program(leader).wake();
            return scene.migrations();
        }
    },
    SESSION_LOST("the leader's line to ZooKeeper is dead until another leads", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            String leader = scene.cluster().leader();
            Relay line = scene.cluster().zooKeepers().line(leader);
            line.blackHole();
            told.accept(new Struck(leader, List.of()));
            scene.cluster().awaitOtherLeader(leader);
            line.heal();
            return scene.migrations();
        }
    },
    TARGET_RESTARTED("kill -9 and restart of a target", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.target().kill();
            pass(random, 2_000);
            one.target().start();
            return List.of(one);
        }
    },
    TARGET_STOPPED("SIGSTOP and SIGCONT of a target", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.target().suspend();
            pass(random, 6_000);
            one.target().wake();
            return List.of(one);
        }
    },
    TARGET_FULL("a target without memory", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.target().call("CONFIG", "SET", "maxmemory", "1");
            pass(random, 3_000);
            one.target().call("CONFIG", "SET", "maxmemory", "0");
            return List.of(one);
        }
    },
    TARGET_READ_ONLY("a target that is a replica for a while", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.target().call("REPLICAOF", "127.0.0.1", "1");
            pass(random, 3_000);
            one.target().call("REPLICAOF", "NO", "ONE");
            return List.of(one);
        }
    },
    TARGET_LINE_CUT("the line to a target is cut within a transaction", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.toTarget().cutAfter(random.nextInt(5_000), Way.TO_SERVER);
            return List.of(one);
        }
    },
    TARGET_ANSWER_CUT("the line from a target is cut within an answer", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.toTarget().cutAfter(random.nextInt(300), Way.TO_CLIENT);
            return List.of(one);
        }
    },
    TARGET_HALF_CLOSED("the line to a target is half closed", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.toTarget().halfClose(random.nextBoolean() ? Way.TO_CLIENT : Way.TO_SERVER);
            return List.of(one);
        }
    },
    TARGET_LATE("transactions reach a target when they have been given up", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.toTarget().holdExisting();
            scene.awaitFlow(List.of(one));
            one.toTarget().heal();
            return List.of(one);
        }
    },
    TARGET_SLOW("a slow line to a target", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.toTarget().delay(Duration.ofMillis(20 + random.nextInt(200)));
            pass(random, 3_000);
            one.toTarget().heal();
            return List.of(one);
        }
    },
    TARGET_LINE_DEAD("a dead line to a target", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.toTarget().blackHole();
            pass(random, 8_000);
            one.toTarget().heal();
            return List.of(one);
        }
    },
    SOURCE_RESTARTED("kill and restart of a source", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) throws IOException {
            Migration one = any(scene, random, told);
            one.source().kill();
            pass(random, 3_000);
            one.source().start();
            return List.of(one);
        }
    },
    BINLOG_CUT("a binlog connection is cut within a frame", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.source().faults().killBinlogConnectionAfter(random.nextInt(3_000));
            return List.of(one);
        }
    },
    ITEMS_DROPPED("a source leaves out items of its binlog", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.source().faults().dropItems(1 + random.nextInt(5));
            return List.of(one);
        }
    },
    FRAME_CORRUPT("a damaged frame of a binlog", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            one.source().faults().corruptFrames(1);
            return List.of(one);
        }
    },
    HEARTBEAT_CUT("the line to a source's replication port is cut", false) {
        @Override
        List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) {
            Migration one = any(scene, random, told);
            if (random.nextBoolean()) {
                one.toReplicationPort().cut();
            } else {
                one.toReplicationPort().halfClose(random.nextBoolean() ? Way.TO_CLIENT : Way.TO_SERVER);
            }
            return List.of(one);
        }
    };

    /**
     * Upon what.
     *
     * @param failing those whose worker is gone
     */
    record Struck(String whom, List<Migration> failing) {}

    private final String text;
    private final boolean failover;

    Fault(String text, boolean failover) {
        this.text = text;
        this.failover = failover;
    }

    /** What it is, for people. */
    String text() {
        return text;
    }

    /** Whether the time until data flow again is that of a failover. */
    boolean isFailover() {
        return failover;
    }

    /**
     * Lets it happen.
     *
     * @param told of whom it happens to, at the moment it does
     * @return which jobs to wait for
     */
    abstract List<Migration> strike(Scene scene, Random random, Consumer<Struck> told) throws IOException;

    /** For those that cannot be waited for: how long a disturbance lasts is part of it. */
    private static void pass(Random random, int atMostMillis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(atMostMillis));
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static Migration any(Scene scene, Random random, Consumer<Struck> told) {
        Migration one = scene.migrations().get(random.nextInt(scene.migrations().size()));
        told.accept(new Struck(one.job(), List.of()));
        return one;
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

    List<Migration> strikeUnchecked(Scene scene, Random random, Consumer<Struck> told) {
        try {
            return strike(scene, random, told);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
