package io.pikaferry.worker.threads;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes threads, and what they wait with. Safe for use by many threads.
 *
 * <p>A lock made otherwise is no harm, as long as nobody who holds it waits for anything but a {@link #condition} of it.
 */
public interface Threads {

    /** A thread that does not keep the process alive; not started. To wait for its end, give it a latch. */
    Thread thread(String name, Runnable body);

    CountDownLatch latch(int count);

    Semaphore semaphore(int permits);

    Condition condition(ReentrantLock lock);

    /** A time that only grows, to measure pauses by; the one that waits with a timeout go by. */
    long nanos();

    /** As the Java library has them. */
    static Threads ofTheMachine() {
        return MachineThreads.INSTANCE;
    }
}
