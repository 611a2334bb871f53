package io.pikaferry.worker.master.dialback;

import java.time.Duration;

/** Whether a connection that owes us bytes has brought none for too long. Pure; one thread. */
final class SignsOfLife {

    private final long patienceNanos;
    private long received = -1; // when it was last looked, or something arrived
    private long owedSinceNanos;

    SignsOfLife(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * A look at the connection, as one does again and again while nothing comes.
     *
     * @param bytes that have arrived so far
     * @param owed whether more must come
     */
    boolean areMissing(long bytes, boolean owed, long nowNanos) {
        if (!owed || bytes != received) {
            received = bytes;
            owedSinceNanos = nowNanos;
            return false;
        }
        return nowNanos - owedSinceNanos > patienceNanos;
    }
}
