package io.pikaferry.e2e.bench;

import io.pikaferry.e2e.cluster.ClusterPlan;
import io.pikaferry.e2e.cluster.Ports;
import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A hundred jobs at one worker, ninety of them with nothing to do: what that costs when the other ten have nothing to do either, and
 * when they follow a source together. On the way there, with ten, fifty and a hundred jobs, how much the coordinator writes to its
 * ZooKeeper while none and while all of them have something to do. Every job has a database of one target; full syncs take turns as
 * in production.
 */
final class ManyJobsRun {

    private static final List<Integer> STAGES = List.of(10, 50, 100);
    private static final int JOBS = 100;
    private static final int ACTIVE = 10;
    private static final int IDLE_SOURCES = 3;
    private static final int LANES = 4;
    private static final int SECONDS = 20;
    private static final int PORTS = 300;
    private static final String TURNS = "2"; // the default of full-syncs.per-source-host
    private static final long LITTLE = 100; // SETs a second that keep a job from being idle

    private final Path directory;
    private final Redis target;
    private final TestCluster cluster;
    private final Program worker;
    private final Site busy;
    private final List<Site> idle;
    private final Round round = new Round();

    private ManyJobsRun(Path directory, Redis target, TestCluster cluster, Program worker, Site busy, List<Site> idle) {
        this.directory = directory;
        this.target = target;
        this.cluster = cluster;
        this.worker = worker;
        this.busy = busy;
        this.idle = List.copyOf(idle);
    }

    static Round run(Workload workload, Path directory) throws InterruptedException {
        List<Site> idle = new ArrayList<>();
        try (Redis target = Redis.started(directory.resolve("target"), "--databases", Integer.toString(JOBS));
                TestCluster cluster = ClusterPlan.of(directory, 1, 0)
                        .withCoordinatorSetting("full-syncs.per-source-host", TURNS)
                        .start();
                Site busy = new Site(directory.resolve("busy"), workload.version(), cluster);
                Program worker = worker(directory, cluster)) {
            for (int i = 0; i < IDLE_SOURCES; i++) {
                idle.add(new Site(directory.resolve("idle-" + i), workload.version(), cluster));
            }
            cluster.awaitWorkers(1);
            return new ManyJobsRun(directory, target, cluster, worker, busy, idle).measure(workload.count());
        } finally {
            idle.forEach(Site::close);
        }
    }

    /** With ports for all of them. */
    static Program worker(Path directory, TestCluster cluster) {
        int port = Ports.bases(PORTS);
        return Program.ferry(
                "pikaferry-worker",
                directory.resolve("w1.log"),
                List.of(
                        "--id",
                        "w1",
                        "--coordinators",
                        cluster.addresses(),
                        "--data-dir",
                        directory.resolve("w1").toString(),
                        "--advertise",
                        "127.0.0.1",
                        "--port-base",
                        port + "-" + (port + PORTS - 1)));
    }

    private Round measure(long perSecond) throws InterruptedException {
        int there = 0;
        double seconds = 0;
        for (int jobs : STAGES) {
            seconds += submit(there, jobs);
            there = jobs;
            measureZooKeeper(jobs);
        }
        round.put("jobs", JOBS).put("until.all.follow.seconds", seconds).put("per.turn.seconds", perTurn(seconds));
        measureUse("idle");
        try (SteadyWriter writer = SteadyWriter.sets(busy.sourcePort(), perSecond / ACTIVE)) {
            TimeUnit.SECONDS.sleep(2);
            double[] before = applied();
            measureUse("busy");
            putRates(before, applied());
        }
        GcLog heap = GcLog.read(Bench.gcLog(worker.pid()));
        return round.put("threads", Usage.threads(worker.pid()))
                .put("open.files", Usage.openFiles(worker.pid()))
                .put("rss.worker", Usage.peakRssBytes(worker.pid()))
                .put("heap.peak", heap.peakBytes())
                .put("heap.live", heap.liveBytes());
    }

    /** Commands of each active job under this assignment, as of the last heartbeat, which tells of all of them. */
    private double[] applied() {
        return IntStream.range(0, ACTIVE)
                .mapToDouble(i -> cluster.status("job-" + i).getProgress().getCommandsApplied())
                .toArray();
    }

    private void putRates(double[] before, double[] after) {
        double[] rates = IntStream.range(0, ACTIVE)
                .mapToDouble(i -> (after[i] - before[i]) / SECONDS)
                .sorted()
                .toArray();
        round.put("commands.per.second", Arrays.stream(rates).sum())
                .put("job.min.per.second", rates[0])
                .put("job.median.per.second", (rates[ACTIVE / 2 - 1] + rates[ACTIVE / 2]) / 2)
                .put("job.max.per.second", rates[ACTIVE - 1]);
    }

    private static double perTurn(double seconds) {
        return seconds * Integer.parseInt(TURNS) / JOBS;
    }

    private double submit(int from, int to) {
        long began = System.nanoTime();
        for (int i = from; i < to; i++) {
            cluster.submit(job(i));
        }
        Site.awaits("all jobs follow", () -> allFollow(from, to));
        return (System.nanoTime() - began) / 1e9;
    }

    private JobSpec.Builder job(int number) {
        Site from = number < ACTIVE ? busy : idle.get(number % idle.size());
        return JobSpec.newBuilder()
                .setName("job-" + number)
                .setLanes(LANES)
                .setSource(Source.newBuilder().setHost("127.0.0.1").setPort(from.sourcePort()))
                .setTarget(Target.newBuilder().setUri(target.uri() + "/" + number));
    }

    private boolean allFollow(int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (cluster.status("job-" + i).getProgress().getPhase() != Phase.TAIL) {
                return false;
            }
        }
        return true;
    }

    private void measureZooKeeper(int jobs) throws InterruptedException {
        TimeUnit.SECONDS.sleep(2); // what the beginning left to be written
        writesOver("zookeeper.writes." + jobs + ".idle", jobs);
        List<SteadyWriter> writers = new ArrayList<>();
        try {
            writers.add(SteadyWriter.sets(busy.sourcePort(), LITTLE));
            idle.forEach(site -> writers.add(SteadyWriter.sets(site.sourcePort(), LITTLE)));
            TimeUnit.SECONDS.sleep(2);
            writesOver("zookeeper.writes." + jobs + ".active", jobs);
        } finally {
            writers.forEach(SteadyWriter::close);
        }
        TimeUnit.SECONDS.sleep(2);
    }

    /** Transactions a second, of all jobs together. */
    private void writesOver(String figure, int jobs) throws InterruptedException {
        ZooKeeperCount before = ZooKeeperCount.of(directory.resolve("zookeeper"));
        double cpu = Usage.cpuSeconds(cluster.program("c1").pid());
        TimeUnit.SECONDS.sleep(SECONDS);
        ZooKeeperCount after = ZooKeeperCount.of(directory.resolve("zookeeper"));
        double cores = (Usage.cpuSeconds(cluster.program("c1").pid()) - cpu) / SECONDS;
        round.put(figure + ".per.second", after.transactionsSince(before) / SECONDS)
                .put(figure + ".per.job.and.second", after.transactionsSince(before) / SECONDS / jobs)
                .put(figure + ".coordinator.cores", cores);
    }

    private void measureUse(String name) throws InterruptedException {
        double workerBefore = Usage.cpuSeconds(worker.pid());
        double redisBefore = Usage.cpuSeconds(target.pid());
        TimeUnit.SECONDS.sleep(SECONDS);
        round.put(name + ".worker.cores", (Usage.cpuSeconds(worker.pid()) - workerBefore) / SECONDS)
                .put(name + ".redis.cores", (Usage.cpuSeconds(target.pid()) - redisBefore) / SECONDS);
    }
}
