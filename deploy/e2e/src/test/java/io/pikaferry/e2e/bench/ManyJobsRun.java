package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.e2e.cluster.Ports;
import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A hundred jobs at one worker, ninety of them with nothing to do: what that costs when the other ten have nothing to do either, and
 * when they follow a source together. Every job has a database of one target.
 */
final class ManyJobsRun {

    private static final int JOBS = 100;
    private static final int ACTIVE = 10;
    private static final int LANES = 4;
    private static final int SECONDS = 20;
    private static final int PORTS = 300;

    private ManyJobsRun() {}

    static Round run(Workload workload, Path directory) throws IOException, InterruptedException {
        try (Redis target = Redis.started(directory.resolve("target"), "--databases", Integer.toString(JOBS));
                TestCluster cluster = TestCluster.start(directory, 1, 0);
                Site busy = new Site(directory.resolve("busy"), workload.version(), cluster);
                Site idle = new Site(directory.resolve("idle"), workload.version(), cluster);
                Program worker = worker(directory, cluster)) {
            cluster.awaitWorkers(1);
            long began = System.nanoTime();
            for (int i = 0; i < JOBS; i++) {
                cluster.submit(job(i, i < ACTIVE ? busy : idle, target));
            }
            Site.awaits("all jobs follow", () -> allFollow(cluster));
            double seconds = (System.nanoTime() - began) / 1e9;
            Round round = new Round().put("jobs", JOBS).put("until.all.follow.seconds", seconds);
            measure("idle", worker, target, round);
            Thread writer = write(busy.sourcePort(), workload.count() / ACTIVE);
            measure("busy", worker, target, round);
            writer.interrupt();
            GcLog heap = GcLog.read(Bench.gcLog(worker.pid()));
            return round.put("commands.per.second", workload.count())
                    .put("threads", Usage.threads(worker.pid()))
                    .put("open.files", Usage.openFiles(worker.pid()))
                    .put("rss.worker", Usage.peakRssBytes(worker.pid()))
                    .put("heap.peak", heap.peakBytes())
                    .put("heap.live", heap.liveBytes());
        }
    }

    /** With ports for all of them. */
    private static Program worker(Path directory, TestCluster cluster) {
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

    private static JobSpec.Builder job(int number, Site from, Redis target) {
        return JobSpec.newBuilder()
                .setName("job-" + number)
                .setLanes(LANES)
                .setSource(Source.newBuilder().setHost("127.0.0.1").setPort(from.sourcePort()))
                .setTarget(Target.newBuilder().setUri(target.uri() + "/" + number));
    }

    private static boolean allFollow(TestCluster cluster) {
        for (int i = JOBS - 1; i >= 0; i--) {
            if (cluster.status("job-" + i).getProgress().getPhase() != Phase.TAIL) {
                return false;
            }
        }
        return true;
    }

    private static void measure(String name, Program worker, Redis target, Round round) throws InterruptedException {
        double workerBefore = Usage.cpuSeconds(worker.pid());
        double redisBefore = Usage.cpuSeconds(target.pid());
        TimeUnit.SECONDS.sleep(SECONDS);
        round.put(name + ".worker.cores", (Usage.cpuSeconds(worker.pid()) - workerBefore) / SECONDS)
                .put(name + ".redis.cores", (Usage.cpuSeconds(target.pid()) - redisBefore) / SECONDS);
    }

    /** SETs at a steady pace until it is interrupted. */
    private static Thread write(int port, long perSecond) {
        String value = "v".repeat(100);
        Thread writer = new Thread(
                () -> {
                    try (Socket socket = new Socket("127.0.0.1", port)) {
                        InputStream answers = socket.getInputStream();
                        for (long i = 0; !Thread.currentThread().isInterrupted(); i++) {
                            StringBuilder burst = new StringBuilder();
                            for (long c = 0; c < perSecond / 100; c++) {
                                String key = "key:" + (i * perSecond + c) % 10_000;
                                burst.append("*3\r\n$3\r\nSET\r\n$")
                                        .append(key.length())
                                        .append("\r\n")
                                        .append(key)
                                        .append("\r\n$100\r\n")
                                        .append(value)
                                        .append("\r\n");
                            }
                            socket.getOutputStream().write(burst.toString().getBytes(US_ASCII));
                            answers.skipNBytes(5 * (perSecond / 100)); // +OK
                            TimeUnit.MILLISECONDS.sleep(10);
                        }
                    } catch (IOException | InterruptedException e) {
                        return; // the end
                    }
                },
                "writer");
        writer.setDaemon(true);
        writer.start();
        return writer;
    }
}
