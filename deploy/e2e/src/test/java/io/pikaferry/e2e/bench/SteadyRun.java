package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.e2e.cluster.Redis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * Writes to the source at a steady pace and measures how long a write takes to its effect at the target. Each millisecond one write
 * is a push to a list on which a client of the target waits, which hears of it in the moment the transaction is done; so what is
 * measured ends a loopback hop after the target's reply.
 */
final class SteadyRun {

    private static final int PROBES = 16; // keys, so that every lane has some
    private static final int WARM_UP_SECONDS = 10;
    private static final int SECONDS = 20;
    private static final long MILLI = 1_000_000;

    private SteadyRun() {}

    static Round run(Workload workload, Site site, String job) throws IOException, InterruptedException {
        try (Redis target = Site.redis(site.directory().resolve("target-" + job));
                Socket source = new Socket("127.0.0.1", site.sourcePort())) {
            site.cluster().submit(site.job(job, workload.lanes(), target.port()));
            site.cluster().awaitTail(job);
            Histogram latency = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
            Thread listener = listen(target, latency);
            discard(source);
            double worker = Usage.cpuSeconds(site.worker().pid());
            double redis = Usage.cpuSeconds(target.pid());
            long began = System.nanoTime();
            write(source, workload.count(), began);
            double seconds = (System.nanoTime() - began) / 1e9;
            double workerCpu = Usage.cpuSeconds(site.worker().pid()) - worker;
            double redisCpu = Usage.cpuSeconds(target.pid()) - redis;
            TimeUnit.SECONDS.sleep(1);
            listener.interrupt();
            site.cluster().delete(job);
            synchronized (latency) {
                return new Round()
                        .put("per.second", workload.count())
                        .put("samples", latency.getTotalCount())
                        .put("p50.ms", latency.getValueAtPercentile(50) / 1e6)
                        .put("p90.ms", latency.getValueAtPercentile(90) / 1e6)
                        .put("p99.ms", latency.getValueAtPercentile(99) / 1e6)
                        .put("p99.9.ms", latency.getValueAtPercentile(99.9) / 1e6)
                        .put("max.ms", latency.getMaxValue() / 1e6)
                        .put("cpu.worker.cores", workerCpu / seconds)
                        .put("cpu.redis.cores", redisCpu / seconds)
                        .put("seconds", seconds);
            }
        }
    }

    /** A burst each millisecond; a millisecond that was missed is made up for, and counted from when it should have been. */
    private static void write(Socket source, long perSecond, long began) throws IOException {
        int perMilli = (int) (perSecond / 1000);
        long millis = (WARM_UP_SECONDS + SECONDS) * 1000L;
        String value = "v".repeat(100);
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        for (long i = 0; i < millis; i++) {
            long due = began + i * MILLI;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            burst.reset();
            for (int c = 1; c < perMilli; c++) {
                add(burst, "SET", "steady:" + (i * perMilli + c) % 100_000, value);
            }
            boolean counts = i >= WARM_UP_SECONDS * 1000L;
            add(burst, "RPUSH", "probe:" + i % PROBES, (counts ? "" : "-") + due);
            source.getOutputStream().write(burst.toByteArray());
        }
    }

    private static void add(ByteArrayOutputStream out, String... words) {
        StringBuilder text =
                new StringBuilder(160).append('*').append(words.length).append("\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        out.writeBytes(text.toString().getBytes(US_ASCII));
    }

    private static Thread listen(Redis target, Histogram latency) {
        Connection connection = target.connect();
        connection.setTimeoutInfinite();
        byte[][] keys = new byte[PROBES + 1][];
        for (int i = 0; i < PROBES; i++) {
            keys[i] = ("probe:" + i).getBytes(US_ASCII);
        }
        keys[PROBES] = "0".getBytes(US_ASCII);
        return daemon(() -> {
            try (connection) {
                while (!Thread.currentThread().isInterrupted()) {
                    connection.sendCommand(Protocol.Command.BLPOP, keys);
                    List<?> popped = (List<?>) connection.getOne();
                    long now = System.nanoTime();
                    String sent = new String((byte[]) popped.get(1), US_ASCII);
                    if (!sent.startsWith("-")) {
                        synchronized (latency) {
                            latency.recordValue(now - Long.parseLong(sent));
                        }
                    }
                }
            } catch (RuntimeException e) {
                return; // the target is gone: the end
            }
        });
    }

    private static void discard(Socket source) {
        daemon(() -> {
            byte[] answers = new byte[1 << 16];
            try {
                InputStream in = source.getInputStream();
                while (in.read(answers) >= 0) {
                    continue;
                }
            } catch (IOException e) {
                return; // closed
            }
        });
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "steady");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
