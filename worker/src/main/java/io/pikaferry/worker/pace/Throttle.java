package io.pikaferry.worker.pace;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Decides by how much a job slows down for the sake of its target. Pure: reads no clock and asks nobody.
 *
 * <p>Answers that take far longer than usual, twice in a row, cost speed bit by bit, until they come in time again; then it is
 * given back bit by bit. The usual is what the target itself has shown to be possible, so that a long line is not taken for a slow target; what
 * is short anyhow is never too long.
 *
 * <p>A target that is almost full gets next to nothing more of a load until there is room again. What follows the source is
 * not slowed down because of that: it would fall behind until the source has purged its binlog, and much of it needs no room.
 *
 * <p>Threads: used by one at a time.
 */
public final class Throttle {

    /** Answers that come sooner are never too slow. */
    private static final double NEVER_SLOW_MILLIS = 500;

    private static final double TIMES_THE_USUAL = 5;
    private static final double KEEPS_OF_SPEED = 0.7;
    private static final double GAINS_PER_LOOK = 1.25;
    private static final double USUAL_FORGETS_PER_LOOK = 1.01;

    /** Fewer are not what troubles a target. */
    private static final long LEAST_COMMANDS_PER_SECOND = 1_000;

    private static final double FULL = 0.95;
    private static final double ROOM_AGAIN = 0.93;
    private static final Verdict NEXT_TO_NOTHING = new Verdict(50, 256 << 10, "");

    private OptionalDouble usualMillis = OptionalDouble.empty();
    private double allowed; // commands a second; 0: as many as it gets
    private double before; // commands a second, when it was slowed down first
    private boolean slowLast; // what was seen last
    private boolean full;
    private String why = "";

    /**
     * What was seen of the target since the last look.
     *
     * @param p99Millis how long all but the slowest hundredth of the transactions took; empty: there were too few
     * @param commandsPerSecond how many commands it has confirmed
     * @param memoryUsed of what it may use; empty: it has no bound, evicts, or does not say
     * @param loading whether it is a load that fills it
     */
    public record Sight(
            OptionalDouble p99Millis, double commandsPerSecond, OptionalDouble memoryUsed, boolean loading) {
        public Sight {
            requireNonNull(p99Millis, "p99Millis is null");
            requireNonNull(memoryUsed, "memoryUsed is null");
        }
    }

    /**
     * How fast the job may go.
     *
     * @param commandsPerSecond 0: as fast as it can
     * @param bytesPerSecond 0: as fast as it can
     * @param why empty: it is not slowed down
     */
    public record Verdict(long commandsPerSecond, long bytesPerSecond, String why) {
        public static final Verdict FREE = new Verdict(0, 0, "");

        public Verdict {
            requireNonNull(why, "why is null");
        }

        private Verdict because(String reason) {
            return new Verdict(commandsPerSecond, bytesPerSecond, reason);
        }
    }

    public Verdict judge(Sight sight) {
        sight.p99Millis().ifPresent(p99 -> weigh(p99, sight.commandsPerSecond()));
        Optional<String> noRoom = memory(sight);
        if (noRoom.isPresent()) {
            return NEXT_TO_NOTHING.because(noRoom.get());
        }
        return allowed == 0 ? Verdict.FREE : new Verdict(Math.round(allowed), 0, why);
    }

    private void weigh(double p99, double speed) {
        double usual = usualMillis.orElse(p99);
        boolean slow = p99 > Math.max(NEVER_SLOW_MILLIS, TIMES_THE_USUAL * usual);
        boolean first = slow && !slowLast;
        slowLast = slow;
        if (slow) {
            if (allowed == 0 && first) {
                return; // a hiccup, and the speed may be one of a while in which there was nothing to do
            }
            if (allowed == 0) {
                before = speed;
            }
            double present = allowed == 0 ? speed : Math.min(allowed, speed);
            allowed = Math.max(LEAST_COMMANDS_PER_SECOND, KEEPS_OF_SPEED * present);
            why = String.format(
                    Locale.ROOT, "target takes %.0f ms for a transaction, usually %.0f ms", p99, Math.max(1, usual));
            return;
        }
        usualMillis = OptionalDouble.of(Math.min(p99, USUAL_FORGETS_PER_LOOK * usual));
        allowed *= GAINS_PER_LOOK;
        if (allowed >= before) {
            allowed = 0;
        }
    }

    private Optional<String> memory(Sight sight) {
        double used = sight.memoryUsed().orElse(0);
        full = sight.loading() && used >= (full ? ROOM_AGAIN : FULL);
        return full
                ? Optional.of(String.format(Locale.ROOT, "target at %d %% of maxmemory", (long) (100 * used)))
                : Optional.empty();
    }
}
