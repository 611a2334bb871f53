package io.pikaferry.worker.sender;

import io.pikaferry.worker.threads.Threads;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a lane has before it. The bytes in it are bounded by the job's {@link Budget}, which the router takes from before it
 * puts something in, so putting never waits.
 */
final class LaneQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled;
    private final ArrayDeque<LaneUnit> units = new ArrayDeque<>(); // guarded by lock

    LaneQueue(Threads threads) {
        this.filled = threads.condition(lock);
    }

    void put(LaneUnit unit) {
        lock.lock();
        try {
            units.add(unit);
            if (units.size() == 1) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for something, then moves what has piled up into the batch: at most so many units or, beyond the first, so many
     * bytes. What is not data (a gate, an advance) comes alone, so that a batch is all data or one such unit.
     */
    void take(List<LaneUnit> batch, int maxUnits, long maxBytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (units.isEmpty()) {
                filled.await();
            }
            long bytes = 0;
            while (!units.isEmpty() && batch.size() < maxUnits) {
                LaneUnit next = units.peek();
                boolean data = next instanceof LaneUnit.Write || next instanceof LaneUnit.Load;
                if (!batch.isEmpty() && (!data || bytes + next.permits() > maxBytes)) {
                    return;
                }
                batch.add(units.poll());
                bytes += next.permits();
                if (!data) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return units.size();
        } finally {
            lock.unlock();
        }
    }
}
