package io.pikaferry.worker.master;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The port bases of one worker. Each fake slave leases one: it is half of the name a master knows the slave by (address
 * and base must be unique, replication.md §1.4), and up to 3.4 the master dials ports derived from it (§1.1).
 *
 * <p>Bases go round, and one that was given back rests for a while, since a master may remember its last holder for half
 * a minute and refuse the next one as AlreadyExist. Where the round begins is chance, so that a worker that was
 * restarted does not begin with the bases of its former life.
 *
 * <p>Threads: any.
 */
public final class PortRange {

    /** Longer than any master remembers a slave that is gone (§8.5). */
    private static final Duration REST = Duration.ofMinutes(2);

    private final int from;
    private final int to;
    private final InstantSource clock;
    private int next;
    private final Set<Integer> leased = new HashSet<>(); // bases
    private final Set<Integer> taken = new HashSet<>(); // derived ports of leased bases
    private final Map<Integer, Long> restingUntil = new HashMap<>(); // base to epoch milliseconds

    /**
     * @param from first base. Masters up to 3.4 confuse slaves whose bases have different numbers of digits
     *     (replication.md §1.4), therefore all have five
     * @param to last base, inclusive
     */
    public PortRange(int from, int to) {
        this(
                from,
                to,
                InstantSource.system(),
                from + ThreadLocalRandom.current().nextInt(Math.max(1, to - from + 1)));
    }

    PortRange(int from, int to, InstantSource clock, int first) {
        if (from < 10_000 || to < from || to > 65_535) {
            throw new IllegalArgumentException(
                    "port bases must be five-digit ports FROM-TO in 10000-65535, got " + from + "-" + to);
        }
        this.from = from;
        this.to = to;
        this.clock = clock;
        this.next = first;
    }

    /** Reads {@code FROM-TO}, or a single base. */
    public static PortRange parse(String text) {
        String[] ends = text.trim().split("-", 2);
        try {
            int from = Integer.parseInt(ends[0].trim());
            return new PortRange(from, ends.length == 1 ? from : Integer.parseInt(ends[1].trim()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected port bases FROM-TO, got '" + text + "'", e);
        }
    }

    /**
     * A base that nobody has, and whose derived ports can be listened on.
     *
     * @param local where they will be listened on
     * @param offsets of the derived ports: 1000 and 3000 for 2.3 and 3.0, 1000 for 3.1 – 3.4, none after that
     * @throws FerryException PORT_RANGE_EXHAUSTED
     */
    public synchronized Lease lease(InetAddress local, int... offsets) {
        int held = 0;
        int foreign = 0;
        // First those that have rested, then, rather than to fail, the others.
        for (boolean rested : new boolean[] {true, false}) {
            for (int i = 0; i <= to - from; i++) {
                int base = from + Math.floorMod(next - from + i, to - from + 1);
                if (leased.contains(base) || collides(base, offsets)) {
                    held += rested ? 0 : 1;
                } else if (!rested || !rests(base)) {
                    if (bindable(local, base, offsets)) {
                        next = base + 1;
                        return hold(base, offsets);
                    }
                    foreign += rested ? 0 : 1;
                }
            }
        }
        throw new FerryException(
                ErrorCode.PORT_RANGE_EXHAUSTED,
                "no port base is left in %d-%d on %s: %d held by other jobs of this worker, %d taken by other programs%s"
                        .formatted(from, to, local.getHostAddress(), held, foreign, needs(offsets)));
    }

    private static String needs(int... offsets) {
        if (offsets.length == 0) {
            return "";
        }
        StringBuilder text = new StringBuilder(" (base");
        for (int offset : offsets) {
            text.append(offset == offsets[0] ? " + " : " and base + ").append(offset);
        }
        return text.append(" must be free)").toString();
    }

    private boolean collides(int base, int... offsets) {
        for (int offset : offsets) {
            if (taken.contains(base + offset)) {
                return true;
            }
        }
        return false;
    }

    private boolean rests(int base) {
        Long until = restingUntil.get(base);
        if (until != null && until <= clock.millis()) {
            restingUntil.remove(base);
            return false;
        }
        return until != null;
    }

    private static boolean bindable(InetAddress local, int base, int... offsets) {
        for (int offset : offsets) {
            if (base + offset > 65_535) {
                return false;
            }
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(local, base + offset));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private Lease hold(int base, int... offsets) {
        leased.add(base);
        for (int offset : offsets) {
            taken.add(base + offset);
        }
        return new Lease(base, offsets.clone());
    }

    private synchronized void release(Lease lease, Duration rest) {
        if (leased.remove(lease.base)) {
            for (int offset : lease.offsets) {
                taken.remove(lease.base + offset);
            }
            restingUntil.merge(lease.base, clock.millis() + rest.toMillis(), Math::max);
        }
    }

    @Override
    public String toString() {
        return from + "-" + to;
    }

    /** A base and its derived ports, ours until closed. */
    public final class Lease implements AutoCloseable {

        private final int base;
        private final int[] offsets;

        private Lease(int base, int... offsets) {
            this.base = base;
            this.offsets = offsets;
        }

        /** S of replication.md §1. */
        public int base() {
            return base;
        }

        public int port(int offset) {
            return base + offset;
        }

        /** Gives the base back for others, but not for a while. */
        @Override
        public void close() {
            release(this, REST);
        }

        /** Gives it back for the time after {@code rest}: a master may yet send to its ports what is not wanted. */
        public void close(Duration rest) {
            release(this, rest);
        }

        @Override
        public String toString() {
            return "port base " + base;
        }
    }
}
