package io.pikaferry.e2e.bench;

import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.proto.v1.ObservedState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Follows a binlog that has grown while the job was paused, again and again; beside it the same commands by redis-cli. The target is
 * emptied before each round.
 */
final class CatchUpRun implements AutoCloseable {

    private static final String JOB = "bench";

    private final Workload workload;
    private final Corpus corpus;
    private final Site site;
    private final Redis target;
    private final DelayLine line;

    CatchUpRun(Workload workload, Corpus corpus, Site site) throws IOException {
        this.workload = workload;
        this.corpus = corpus;
        this.site = site;
        this.target = Site.redis(site.directory().resolve("target"));
        this.line = DelayLine.to(target.port(), workload.roundTripMillis());
        int port = workload.roundTripMillis() > 0 ? line.port() : target.port();
        site.cluster().submit(site.job(JOB, workload.lanes(), port));
        site.cluster().awaitTail(JOB);
    }

    Round limit(Path directory) throws IOException {
        if (workload.roundTripMillis() == 0) {
            return FullSyncRun.limit(corpus, directory);
        }
        try (Redis redis = Site.redis(directory.resolve("limit"));
                DelayLine longWay = DelayLine.to(redis.port(), workload.roundTripMillis())) {
            Pipe.Result sent = Pipe.send(corpus.commands(), longWay.port(), directory.resolve("pipe.log"));
            return new Round().put("seconds", sent.seconds()).put("cpu.client", sent.clientCpuSeconds());
        }
    }

    Round ferry() throws IOException {
        site.cluster().pause(JOB);
        site.cluster().await(JOB, view -> view.getState() == ObservedState.PAUSED);
        empty(target);
        write(corpus.commands(), site.sourcePort());
        long worker = site.worker().pid();
        long source = site.source().pid();
        long keysBefore = (Long) target.call("DBSIZE");
        long began = System.nanoTime();
        site.cluster().resume(JOB);
        Site.awaits("the first command arrives", () -> (Long) target.call("DBSIZE") > keysBefore);
        long flowing = System.nanoTime();
        double cpuWorker = Usage.cpuSeconds(worker);
        double cpuRedis = Usage.cpuSeconds(target.pid());
        double cpuSource = Usage.cpuSeconds(source);
        Object[] ends = TailCorpus.ends();
        Site.awaits("the last command is applied", () -> (Long) target.call("EXISTS", ends) == TailCorpus.ENDS);
        long ended = System.nanoTime();
        double workerCpu = Usage.cpuSeconds(worker) - cpuWorker;
        double redisCpu = Usage.cpuSeconds(target.pid()) - cpuRedis;
        double sourceCpu = Usage.cpuSeconds(source) - cpuSource;
        int errors = site.cluster().errors(JOB).size();
        GcLog heap = GcLog.read(Bench.gcLog(worker));
        site.cluster().awaitTail(JOB);
        return new Round()
                .put("seconds", (ended - flowing) / 1e9)
                .put("before.seconds", (flowing - began) / 1e9)
                .put("cpu.redis", redisCpu)
                .put("cpu.worker", workerCpu)
                .put("cpu.source", sourceCpu)
                .put("keys", ((Long) target.call("DBSIZE")).doubleValue())
                .put("errors", errors)
                .put("rss.worker", Usage.peakRssBytes(worker))
                .put("heap.peak", heap.peakBytes())
                .put("heap.live", heap.liveBytes())
                .put("gc.pauses.ms", heap.pauseMillis());
    }

    /** But for what the job keeps there for itself; page by page, so that no answer takes long. */
    private static void empty(Redis target) {
        String page =
                """
                local page = redis.call('SCAN', ARGV[1], 'COUNT', 10000)
                for _, key in ipairs(page[2]) do
                  if string.sub(key, 1, 10) ~= 'pikaferry:' then redis.call('UNLINK', key) end
                end
                return page[1]
                """;
        Object cursor = "0";
        do {
            cursor = target.call("EVAL", page, 0, cursor);
        } while (!cursor.equals("0"));
    }

    /** Sends the commands to the source and reads its answers, until the one to the PING behind them. */
    static void write(Path commands, int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            Thread sender = new Thread(
                    () -> {
                        try {
                            OutputStream out = socket.getOutputStream();
                            Files.copy(commands, out);
                            out.write("*1\r\n$4\r\nPING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    "writer");
            sender.setDaemon(true);
            sender.start();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            String end = "";
            while (!end.endsWith("+PONG\r\n")) {
                int read = in.read(buffer);
                if (read < 0) {
                    throw new IOException("the source hung up");
                }
                String last = new String(
                        buffer, Math.max(0, read - 7), Math.min(7, read), java.nio.charset.StandardCharsets.US_ASCII);
                end = (end + last).substring(Math.max(0, end.length() + last.length() - 7));
            }
        }
    }

    @Override
    public void close() throws IOException {
        line.close();
        target.close();
    }
}
