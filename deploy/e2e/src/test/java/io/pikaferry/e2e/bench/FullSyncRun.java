package io.pikaferry.e2e.bench;

import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.proto.v1.Phase;
import java.nio.file.Path;
import java.util.Optional;

/** Loads the same keys once by redis-cli and once by a full sync. */
final class FullSyncRun {

    private static final int OWN_KEYS =
            3; // fence, checkpoint, and how far the load is; the dirty and the held ones come with data

    private FullSyncRun() {}

    static Round limit(Corpus corpus, Path directory) {
        try (Redis redis = Site.redis(directory.resolve("limit"))) {
            double cpu = Usage.cpuSeconds(redis.pid());
            Pipe.Result sent = Pipe.send(corpus.commands(), redis.port(), directory.resolve("pipe.log"));
            return new Round()
                    .put("seconds", sent.seconds())
                    .put("cpu.redis", Usage.cpuSeconds(redis.pid()) - cpu)
                    .put("cpu.client", sent.clientCpuSeconds())
                    .put("keys", ((Long) redis.call("DBSIZE")).doubleValue());
        }
    }

    static Round ferry(Workload workload, Corpus corpus, Site site, String job) throws InterruptedException {
        try (Redis target = Site.redis(site.directory().resolve("target-" + job))) {
            long worker = site.worker().pid();
            double cpuBefore = Usage.cpuSeconds(worker);
            long submitted = System.nanoTime();
            site.cluster().submit(site.job(job, workload.lanes(), target.port()));
            Timeline timeline = Timeline.of(site.cluster(), job, submitted);
            Site.awaits("the target has data", () -> (Long) target.call("DBSIZE") > OWN_KEYS);
            long begun = System.nanoTime();
            double cpuWorker = Usage.cpuSeconds(worker);
            double cpuRedis = Usage.cpuSeconds(target.pid());
            Site.awaits("the load is confirmed", () -> loaded(target, job));
            long ended = System.nanoTime();
            double workerCpu = Usage.cpuSeconds(worker) - cpuWorker;
            double redisCpu = Usage.cpuSeconds(target.pid()) - cpuRedis;
            long keys = (Long) target.call("DBSIZE");
            if (keys < corpus.keys()) {
                throw new IllegalStateException("the target has %d keys of %d".formatted(keys, corpus.keys()));
            }
            site.cluster().awaitTail(job);
            timeline.close();
            site.cluster().delete(job);
            GcLog heap = GcLog.read(Bench.gcLog(worker));
            return new Round()
                    .put("seconds", (ended - begun) / 1e9)
                    .put("submit.seconds", (ended - submitted) / 1e9)
                    .put("before.seconds", (begun - submitted) / 1e9)
                    .put("assigned.after", timeline.assigned())
                    .put("dump.begins.after", timeline.entered(Phase.WAITING_DUMP))
                    .put("load.begins.after", timeline.entered(Phase.LOAD))
                    .put("tail.after", timeline.entered(Phase.TAIL))
                    .put("cpu.redis", redisCpu)
                    .put("cpu.worker", workerCpu)
                    .put("cpu.worker.before", cpuWorker - cpuBefore)
                    .put("keys", keys)
                    .put("rss.worker", Usage.peakRssBytes(worker))
                    .put("heap.peak", heap.peakBytes())
                    .put("heap.live", heap.liveBytes())
                    .put("gc.pauses.ms", heap.pauseMillis());
        }
    }

    /** The marks are written when the last key is confirmed. */
    private static boolean loaded(Redis target, String job) {
        String checkpoint = "pikaferry:{" + job + "}:ckpt";
        return Optional.ofNullable(target.call("HGET", checkpoint, "snapshot")).isEmpty()
                && (Long) target.call("HLEN", checkpoint) > 0;
    }
}
