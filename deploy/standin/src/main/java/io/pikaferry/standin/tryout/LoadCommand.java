package io.pikaferry.standin.tryout;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes to a source until it is told to end; half of what it writes would show if it were applied twice. */
@Command(
        name = "load",
        description = "Writes to a Pika (keys try:…) until it is ended by a signal.",
        mixinStandardHelpOptions = true)
public final class LoadCommand implements Callable<Integer> {

    private static final int TICKS_PER_SECOND = 50;

    @Option(names = "--to", required = true, paramLabel = "HOST:PORT")
    private String to;

    @Option(names = "--rate", defaultValue = "500", paramLabel = "N", description = "Commands a second; default 500.")
    private int rate;

    @Option(names = "--keys", defaultValue = "200", paramLabel = "N", description = "Per type; default 200.")
    private int keys;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N")
    private long seed;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rate < 1 || keys < 1) {
            throw new IllegalArgumentException("--rate and --keys must be positive");
        }
        AtomicBoolean ending = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ending.set(true);
            try {
                ended.await(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (RespClient client = RespClient.connect(to)) {
            long written = write(client, ending);
            System.err.printf("%d commands written%n", written);
        } finally {
            ended.countDown();
        }
        return 0;
    }

    /** try:beat is written at every tick: who watches it at the target sees whether data flow. */
    private long write(RespClient client, AtomicBoolean ending) throws IOException, InterruptedException {
        Random random = new Random(seed);
        long start = System.nanoTime();
        long written = 0;
        for (long tick = 1; !ending.get(); tick++) {
            client.call("INCR", "try:beat");
            written++;
            while (written < tick * rate / TICKS_PER_SECOND) {
                client.call(command(random, written));
                written++;
            }
            long next = start + tick * TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND;
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
        }
        return written;
    }

    private String[] command(Random random, long serial) {
        String key = "try:%s:" + random.nextInt(keys);
        String value = "v" + serial;
        return switch (random.nextInt(12)) {
            case 0, 1 -> words("INCR", key.formatted("counter"));
            case 2 -> words("RPUSH", key.formatted("list"), value);
            case 3 -> words("LPOP", key.formatted("list"));
            case 4 -> words("HINCRBY", key.formatted("hash"), "count", "3");
            case 5 -> words("HSET", key.formatted("hash"), "last", value);
            case 6 -> words("APPEND", key.formatted("text"), value);
            case 7 -> words("SET", key.formatted("string"), value);
            case 8 -> words("EXPIRE", key.formatted("string"), "3600");
            case 9 -> words("SADD", key.formatted("set"), value);
            case 10 -> words("ZINCRBY", key.formatted("zset"), "1.5", "m" + random.nextInt(20));
            default -> words("DEL", key.formatted("string"));
        };
    }

    private static String[] words(String... words) {
        return words;
    }
}
