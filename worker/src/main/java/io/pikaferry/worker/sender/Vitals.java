package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.pace.Throttle;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.threads.Threads;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a target bears what a job sends it: the lanes tell how long their transactions take, and about once a second one of
 * them asks for the target's memory. What follows from that holds at once for the job's pace.
 *
 * <p>Threads: safe for use by all lanes.
 */
public final class Vitals {

    private static final byte[] INFO = Words.ascii("INFO");
    private static final byte[] MEMORY = Words.ascii("memory");
    private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");
    private static final Pattern BOUND = Pattern.compile("maxmemory:(\\d+)");

    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    /** With fewer transactions than this is waited for more, up to the time below. */
    private static final int ENOUGH = 20;

    private static final long LONG_ENOUGH_NANOS = Duration.ofSeconds(5).toNanos();

    /** What was seen longer ago says nothing of now. */
    private static final long STALE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Threads threads;
    private final Pace pace;
    private final boolean loading;

    // All guarded by this.
    private final Throttle throttle = new Throttle();
    private final long[] nanos = new long[512]; // of the last transactions, round and round
    private int transactions;
    private long since;
    private long commands;
    private long commandsSince;
    private long lookAt;
    private boolean tellsMemory = true;
    private Throttle.Verdict verdict = Throttle.Verdict.FREE;

    /** @param loading whether it is a load that fills the target */
    public Vitals(Threads threads, Pace pace, boolean loading) {
        this.threads = requireNonNull(threads, "threads is null");
        this.pace = requireNonNull(pace, "pace is null");
        this.loading = loading;
        this.since = threads.nanos();
        this.commandsSince = since;
        this.lookAt = since; // at once: the target may be full already
        pace.throttle(verdict);
    }

    /** Why the job goes slower than it could; empty: it does not. */
    public synchronized Optional<String> trouble() {
        boolean stale = threads.nanos() - lookAt > STALE_NANOS;
        return stale || verdict.why().isEmpty() || !pace.limits().throttled()
                ? Optional.empty()
                : Optional.of(verdict.why());
    }

    /** A transaction has been answered. */
    synchronized void answered(long afterNanos) {
        nanos[transactions % nanos.length] = afterNanos;
        transactions++;
    }

    synchronized void applied(long count) {
        commands += count;
    }

    /** To be called by lanes between two transactions. */
    void look(TargetLink link) {
        if (isDue()) {
            conclude(memoryUsed(link));
        }
    }

    private synchronized boolean isDue() {
        long now = threads.nanos();
        if (now - lookAt < 0 || !pace.limits().throttled()) {
            return false;
        }
        lookAt = now + LOOK_NANOS; // nobody else looks meanwhile
        return true;
    }

    private synchronized void conclude(OptionalDouble memoryUsed) {
        long now = threads.nanos();
        double speed = commands * 1e9 / Math.max(1, now - commandsSince);
        commands = 0;
        commandsSince = now;
        verdict = throttle.judge(new Throttle.Sight(p99Millis(now), speed, memoryUsed, loading));
        pace.throttle(verdict);
    }

    private OptionalDouble p99Millis(long now) {
        if (transactions == 0 || (transactions < ENOUGH && now - since < LONG_ENOUGH_NANOS)) {
            return OptionalDouble.empty();
        }
        long[] sorted = Arrays.copyOf(nanos, Math.min(transactions, nanos.length));
        Arrays.sort(sorted);
        transactions = 0;
        since = now;
        return OptionalDouble.of(sorted[(int) (0.99 * (sorted.length - 1))] / 1e6);
    }

    /** How much of what it may have the target uses; empty: it has no bound, makes room by itself, or does not say. */
    private OptionalDouble memoryUsed(TargetLink link) {
        if (!tellsMemory || !loading) {
            return OptionalDouble.empty();
        }
        Object reply = link.call(INFO, MEMORY);
        if (reply instanceof TargetError error) {
            tellsMemory = error.transientRefusal();
            return OptionalDouble.empty();
        }
        return reply instanceof byte[] bytes ? memoryUsed(new String(bytes, US_ASCII)) : OptionalDouble.empty();
    }

    static OptionalDouble memoryUsed(String info) {
        Matcher used = USED.matcher(info);
        Matcher bound = BOUND.matcher(info);
        if (!info.contains("maxmemory_policy:noeviction") || !used.find() || !bound.find()) {
            return OptionalDouble.empty();
        }
        double most = Double.parseDouble(bound.group(1));
        return most > 0 ? OptionalDouble.of(Double.parseDouble(used.group(1)) / most) : OptionalDouble.empty();
    }
}
