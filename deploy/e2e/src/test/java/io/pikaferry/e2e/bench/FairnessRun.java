package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * What the jobs of one worker leave each other. First ten have the same backlog: how many commands each has applied in the span in
 * which all of them were at it. Then ten follow a source that writes a little, calm and beside a job with a large backlog: how long
 * a write takes to the target of one of them.
 *
 * <p>The backlog are SETs of as many keys, each job's target is a database of its own, and the server tells how many keys each
 * database has in one answer.
 */
final class FairnessRun {

    private static final int JOBS = 10;
    private static final int LARGE = 10; // times the backlog of the others
    private static final int LANES = 4;
    private static final int CALM_SECONDS = 10;
    private static final int OWN_KEYS = 10; // at most so many of a job's own keys come and go
    private static final String PROBE = "probe";
    private static final String LARGE_JOB = "large";
    private static final Pattern KEYS = Pattern.compile("db(\\d+):keys=(\\d+)");

    private final Redis target;
    private final TestCluster cluster;
    private final Site small;
    private final Site large;
    private final Path directory;
    private final Round round = new Round();

    private FairnessRun(Redis target, TestCluster cluster, Site small, Site large, Path directory) {
        this.target = target;
        this.cluster = cluster;
        this.small = small;
        this.large = large;
        this.directory = directory;
    }

    static Round run(Workload workload, Path directory) throws IOException, InterruptedException {
        try (Redis target = Redis.started(directory.resolve("target"));
                TestCluster cluster = TestCluster.start(directory, 1, 0);
                Site small = new Site(directory.resolve("small"), workload.version(), cluster);
                Site large = new Site(directory.resolve("large"), workload.version(), cluster);
                Program worker = ManyJobsRun.worker(directory, cluster)) {
            cluster.awaitWorkers(1);
            FairnessRun run = new FairnessRun(target, cluster, small, large, directory);
            run.begin();
            run.share(workload.count());
            run.besideLarge(workload.count() * LARGE);
            GcLog heap = GcLog.read(Bench.gcLog(worker.pid()));
            return run.round.put("rss.worker", Usage.peakRssBytes(worker.pid())).put("heap.peak", heap.peakBytes());
        }
    }

    private void begin() {
        for (int i = 0; i < JOBS; i++) {
            cluster.submit(job(name(i), small, i));
        }
        cluster.submit(job(LARGE_JOB, large, JOBS));
        for (int i = 0; i < JOBS; i++) {
            cluster.awaitTail(name(i));
        }
        cluster.awaitTail(LARGE_JOB);
    }

    private static String name(int number) {
        return "small-" + number;
    }

    private JobSpec.Builder job(String name, Site from, int database) {
        return JobSpec.newBuilder()
                .setName(name)
                .setLanes(LANES)
                .setSource(Source.newBuilder().setHost("127.0.0.1").setPort(from.sourcePort()))
                .setTarget(Target.newBuilder().setUri(target.uri() + "/" + database));
    }

    private void share(long backlog) throws IOException {
        for (int i = 0; i < JOBS; i++) {
            pause(name(i));
        }
        grow(small, backlog);
        long[] before = keys();
        for (int i = 0; i < JOBS; i++) {
            cluster.resume(name(i));
        }
        Site.awaits("all have begun", () -> least(keys(), before) > backlog / 100);
        long[] from = keys();
        long began = System.nanoTime();
        Set<String> slowed = new TreeSet<>();
        Site.awaits("one is done", () -> {
            slowed.addAll(slowedDown());
            return most(keys(), before) > backlog - OWN_KEYS;
        });
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] to = keys();
        double[] rates = new double[JOBS];
        for (int i = 0; i < JOBS; i++) {
            rates[i] = (to[i] - from[i]) / seconds;
            round.put("share.job-%d.per.second".formatted(i), rates[i]);
        }
        Arrays.sort(rates);
        round.put("share.seconds", seconds)
                .put("share.slowed.down.by.themselves", slowed.size())
                .put("share.min.per.second", rates[0])
                .put("share.median.per.second", (rates[JOBS / 2 - 1] + rates[JOBS / 2]) / 2)
                .put("share.max.per.second", rates[JOBS - 1]);
        Site.awaits("all are done", () -> least(keys(), before) > backlog - OWN_KEYS);
        for (int i = 0; i < JOBS; i++) {
            cluster.awaitTail(name(i));
        }
    }

    /** Jobs that go slower because the target was slow to answer them. */
    private List<String> slowedDown() {
        return IntStream.range(0, JOBS)
                .mapToObj(FairnessRun::name)
                .filter(job -> !cluster.status(job).getProgress().getThrottled().isEmpty())
                .toList();
    }

    private void besideLarge(long backlog) throws IOException, InterruptedException {
        try (SteadyWriter writer = SteadyWriter.times(small.sourcePort(), PROBE)) {
            TimeUnit.SECONDS.sleep(2);
            put("calm", listen(CALM_SECONDS));
            pause(LARGE_JOB);
            grow(large, backlog);
            long[] before = keys();
            cluster.resume(LARGE_JOB);
            Site.awaits("the large one has begun", () -> keys()[JOBS] > before[JOBS]);
            long began = System.nanoTime();
            Histogram beside = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
            while (keys()[JOBS] - before[JOBS] <= backlog - OWN_KEYS) {
                beside.add(listen(1));
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            put("beside", beside);
            round.put("beside.large.per.second", backlog / seconds);
        }
    }

    private void put(String when, Histogram latency) {
        round.put(when + ".p50.ms", latency.getValueAtPercentile(50) / 1e6)
                .put(when + ".p99.ms", latency.getValueAtPercentile(99) / 1e6)
                .put(when + ".max.ms", latency.getMaxValue() / 1e6);
    }

    private void pause(String job) {
        cluster.pause(job);
        cluster.await(job, view -> view.getState() == ObservedState.PAUSED);
    }

    private void grow(Site source, long keys) throws IOException {
        Path file = directory.resolve("backlog.resp");
        String value = "v".repeat(100);
        try (RespFile commands = new RespFile(file)) {
            for (long i = 0; i < keys; i++) {
                commands.add("SET", "key:" + i, value);
            }
        }
        CatchUpRun.write(file, source.sourcePort());
    }

    /** Of the jobs in order, the large one last. */
    private long[] keys() {
        long[] keys = new long[JOBS + 1];
        Matcher databases = KEYS.matcher((String) target.call("INFO", "keyspace"));
        while (databases.find()) {
            int database = Integer.parseInt(databases.group(1));
            if (database <= JOBS) {
                keys[database] = Long.parseLong(databases.group(2));
            }
        }
        return keys;
    }

    private static long least(long[] keys, long[] before) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < JOBS; i++) {
            least = Math.min(least, keys[i] - before[i]);
        }
        return least;
    }

    private static long most(long[] keys, long[] before) {
        long most = 0;
        for (int i = 0; i < JOBS; i++) {
            most = Math.max(most, keys[i] - before[i]);
        }
        return most;
    }

    /** How long pushes take from the source's client to the target of the first job; what had arrived before does not count. */
    private Histogram listen(int seconds) {
        Histogram latency = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
        byte[][] words = {PROBE.getBytes(US_ASCII), "1".getBytes(US_ASCII)};
        try (Connection connection = target.connect()) {
            connection.sendCommand(Protocol.Command.DEL, PROBE);
            connection.getOne();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < until) {
                connection.sendCommand(Protocol.Command.BLPOP, words);
                List<?> popped = (List<?>) connection.getOne();
                long now = System.nanoTime();
                if (popped != null) {
                    latency.recordValue(now - Long.parseLong(new String((byte[]) popped.get(1), US_ASCII)));
                }
            }
        }
        return latency;
    }
}
