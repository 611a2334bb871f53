package io.pikaferry.worker.master.protobuf;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Keeps what we ask a master for below so many bytes in a second.
 *
 * <p>Threads: one.
 */
final class Throttle {

    private final OptionalLong bytesPerSecond;
    private long paidUntil = System.nanoTime();

    Throttle(OptionalLong bytesPerSecond) {
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException("a bandwidth must be positive, got " + bytesPerSecond.getAsLong());
        }
        this.bytesPerSecond = bytesPerSecond;
    }

    /** How much to ask for at once: less when little is allowed, so that the flow stays even. */
    int portion(int wanted) {
        if (bytesPerSecond.isEmpty()) {
            return wanted;
        }
        return (int) Math.max(16 * 1024, Math.min(wanted, bytesPerSecond.getAsLong() / 10));
    }

    /** Waits until so many bytes may be asked for. */
    void pay(int bytes) throws InterruptedException {
        if (bytesPerSecond.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        if (paidUntil > now) {
            TimeUnit.NANOSECONDS.sleep(paidUntil - now);
        } else {
            paidUntil = now;
        }
        paidUntil += (long) (bytes * 1e9 / bytesPerSecond.getAsLong());
    }

    /** So many were not sent after all. */
    void refund(int bytes) {
        if (bytesPerSecond.isPresent()) {
            paidUntil -= (long) (bytes * 1e9 / bytesPerSecond.getAsLong());
        }
    }
}
