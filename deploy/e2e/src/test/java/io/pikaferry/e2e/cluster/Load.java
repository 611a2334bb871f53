package io.pikaferry.e2e.cluster;

import io.pikaferry.standin.StandinMaster;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes to a source at a steady pace, from a thread of its own: mostly what would show if it were applied twice or not
 * at all, among it commands with several keys. The key {@code beat} counts the rounds.
 */
public final class Load implements AutoCloseable {

    private static final int ROUND_MILLIS = 10;
    private static final int COMMANDS_PER_ROUND = 5;
    private static final int KEYS = 50;

    private final StandinMaster source;
    private final int commandsPerRound;
    private final Random random;
    private final AtomicLong written = new AtomicLong();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread writer = new Thread(task, "load");
        writer.setDaemon(true);
        return writer;
    });
    private final ScheduledFuture<?> rounds;

    private Load(StandinMaster source, long seed, int commandsPerRound) {
        this.source = source;
        this.commandsPerRound = commandsPerRound;
        random = new Random(seed);
        rounds = thread.scheduleWithFixedDelay(this::round, 0, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    public static Load on(StandinMaster source, long seed) {
        return new Load(source, seed, COMMANDS_PER_ROUND);
    }

    /** @param perSecond commands, about */
    public static Load on(StandinMaster source, long seed, int perSecond) {
        return new Load(source, seed, Math.max(1, perSecond * ROUND_MILLIS / 1000));
    }

    private void round() {
        source.execute("INCR", "beat");
        for (int i = 0; i < commandsPerRound; i++) {
            source.execute(command());
            written.incrementAndGet();
        }
    }

    private String[] command() {
        int key = random.nextInt(KEYS);
        int other = random.nextInt(KEYS);
        String value = "v" + written.get();
        return switch (random.nextInt(20)) {
            case 0, 1 -> words("INCR", "counter:" + key);
            case 2, 3 -> words("RPUSH", "list:" + key, value, value + "'");
            case 4, 5 -> words("LPOP", "list:" + key);
            case 6, 7 -> words("HINCRBY", "hash:" + key, "field", "7");
            case 8 -> words("APPEND", "text:" + key, value);
            case 9 -> words("SET", "string:" + key, value);
            case 10 -> words("EXPIRE", "string:" + key, "100000");
            case 11 -> words("ZINCRBY", "zset:" + key, "1.5", "m" + random.nextInt(5));
            case 12 -> words("SADD", "set:" + key, "m" + random.nextInt(1000));
            case 13 -> words("MSET", "string:" + key, value, "string:" + other, value);
            case 14 -> words("RPOPLPUSH", "list:" + key, "list:" + other);
            case 15 -> words("SMOVE", "set:" + key, "set:" + other, "m" + random.nextInt(1000));
            case 16 -> words("DEL", "string:" + key, "counter:" + other);
            case 17 -> words("HSET", "hash:" + key, "last", value);
            case 18 -> words("LPUSH", "list:" + key, value);
            default -> words("DECRBY", "counter:" + key, "3");
        };
    }

    private static String[] words(String... words) {
        return words;
    }

    public long written() {
        return written.get();
    }

    /** Stops writing; returns when the last command is in the source's log. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the load does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            if (rounds.isDone() && !rounds.isCancelled()) {
                rounds.get(); // ends only by failing
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
