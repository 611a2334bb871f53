package io.pikaferry.e2e.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports of the loopback that nobody uses, below those that the system hands out by itself. */
public final class Ports {

    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 27_000;
    private static final int TRIES = 500;

    /**
     * A worker listens 1000 and 3000 above its bases, now and then: nobody else may take those while it does not. Masters reach
     * up to 2000 above theirs, so to 29000.
     */
    private static final int LOWEST_BASE = 29_000;

    private static final int HIGHEST_BASE = 29_760;
    private static final AtomicInteger NEXT_BASE =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(HIGHEST_BASE - LOWEST_BASE));

    private Ports() {}

    /**
     * @param count so many in a row
     * @param shifts that many above each must be free too
     */
    public static int free(int count, int... shifts) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (areFree(first, count, shifts)) {
                return first;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    /** Port bases of a worker, so many in a row; not those of the workers before it. */
    public static int bases(int count) {
        int room = HIGHEST_BASE - LOWEST_BASE - count;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int first = LOWEST_BASE + Math.floorMod(NEXT_BASE.getAndAdd(count), room);
            if (areFree(first, count, 1000, 3000)) {
                return first;
            }
        }
        throw new IllegalStateException("no free port bases");
    }

    public static int free() {
        return free(1);
    }

    private static boolean areFree(int first, int count, int... shifts) {
        for (int port = first; port < first + count; port++) {
            if (!isFree(port)) {
                return false;
            }
            for (int shift : shifts) {
                if (!isFree(port + shift)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
