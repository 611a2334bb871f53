package io.pikaferry.e2e.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of the loopback that nobody uses, below those that the system hands out by itself. */
public final class Ports {

    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 28_000;
    private static final int TRIES = 500;

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
