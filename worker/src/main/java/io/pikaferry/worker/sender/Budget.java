package io.pikaferry.worker.sender;

import io.pikaferry.worker.threads.Threads;
import java.util.concurrent.Semaphore;

/** P8: how many bytes of commands a job may hold in its lanes. Safe for use by many threads. */
public final class Budget {

    private static final int OVERHEAD_BYTES = 512;

    private final int capacity;
    private final Semaphore free;

    Budget(Threads threads, int capacityBytes) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("the budget must be positive, got " + capacityBytes);
        }
        this.capacity = capacityBytes;
        this.free = threads.semaphore(capacityBytes);
    }

    /**
     * Waits until there is room. What is larger than the whole budget takes all of it.
     *
     * @param beforeWaiting is done if there is none yet
     * @return what to give back
     */
    int acquire(long bytes, Runnable beforeWaiting) throws InterruptedException {
        int permits = (int) Math.min(bytes + OVERHEAD_BYTES, capacity);
        if (!free.tryAcquire(permits)) {
            beforeWaiting.run();
            free.acquire(permits);
        }
        return permits;
    }

    void release(int permits) {
        free.release(permits);
    }

    public int used() {
        return capacity - free.availablePermits();
    }
}
