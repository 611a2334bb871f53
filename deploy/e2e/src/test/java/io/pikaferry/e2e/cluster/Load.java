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
 * at all. The key {@code beat} counts the rounds.
 */
public final class Load implements AutoCloseable {

    private static final int ROUND_MILLIS = 10;
    private static final int COMMANDS_PER_ROUND = 5;
    private static final int KEYS = 50;

    private final StandinMaster source;
    private final Random random;
    private final AtomicLong written = new AtomicLong();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> rounds;

    private Load(StandinMaster source, long seed) {
        this.source = source;
        random = new Random(seed);
        rounds = thread.scheduleWithFixedDelay(this::round, 0, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    public static Load on(StandinMaster source, long seed) {
        return new Load(source, seed);
    }

    private void round() {
        source.execute("INCR", "beat");
        for (int i = 0; i < COMMANDS_PER_ROUND; i++) {
            source.execute(command());
            written.incrementAndGet();
        }
    }

    private String[] command() {
        int key = random.nextInt(KEYS);
        String value = "v" + written.get();
        return switch (random.nextInt(11)) {
            case 0, 1 -> new String[] {"INCR", "counter:" + key};
            case 2, 3 -> new String[] {"RPUSH", "list:" + key, value};
            case 4 -> new String[] {"LPOP", "list:" + key};
            case 5, 6 -> new String[] {"HINCRBY", "hash:" + key, "field", "7"};
            case 7 -> new String[] {"APPEND", "text:" + key, value};
            case 8 -> new String[] {"SET", "string:" + key, value};
            case 9 -> new String[] {"EXPIRE", "string:" + key, "100000"};
            default -> new String[] {"ZINCRBY", "zset:" + key, "1.5", "m" + random.nextInt(5)};
        };
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
