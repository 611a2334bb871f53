package io.pikaferry.worker.sender;

import io.pikaferry.worker.threads.Threads;
import java.util.concurrent.CountDownLatch;

/**
 * Holds several lanes while one of them, the home lane, does something that has to come after what all of them had before
 * it and before what they have after it (P3). It stands in the queues of all its lanes; since one thread puts gates into
 * all queues in the same order, lanes cannot wait for each other in a circle.
 */
final class Gate {

    private final int home;
    private final CountDownLatch arrived;
    private final CountDownLatch passed;

    /** @param others how many lanes beside the home lane */
    Gate(Threads threads, int home, int others) {
        this.home = home;
        this.arrived = threads.latch(others);
        this.passed = threads.latch(1);
    }

    int home() {
        return home;
    }

    /** Another lane has finished all it had before the gate, and waits until the home lane is through. */
    void waitOutside() throws InterruptedException {
        arrived.countDown();
        passed.await();
    }

    /** The home lane waits for the others. */
    void awaitOthers() throws InterruptedException {
        arrived.await();
    }

    void open() {
        passed.countDown();
    }
}
