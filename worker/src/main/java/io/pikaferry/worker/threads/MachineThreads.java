package io.pikaferry.worker.threads;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Plain threads and what the Java library has for them to wait with. */
final class MachineThreads implements Threads {

    static final Threads INSTANCE = new MachineThreads();

    private MachineThreads() {}

    @Override
    public Thread thread(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public CountDownLatch latch(int count) {
        return new CountDownLatch(count);
    }

    @Override
    public Semaphore semaphore(int permits) {
        return new Semaphore(permits);
    }

    @Override
    public Condition condition(ReentrantLock lock) {
        return lock.newCondition();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
