package io.pikaferry.worker.sender;

import io.pikaferry.worker.threads.Threads;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a lane has before it. The bytes in it are bounded by the job's {@link Budget}, which the router takes from before it
 * puts something in, so putting never waits.
 *
 * <p>A lane that waits is not woken for each unit, which would cost more than the unit, and make transactions of a few commands
 * each. It is woken when enough has come together, or when it is {@linkplain #rouse roused}: who puts has to do that before it
 * waits for anything itself.
 */
final class LaneQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled;
    private ArrayDeque<LaneUnit> units = new ArrayDeque<>(); // guarded by lock
    private boolean idle; // guarded by lock; the one that takes waits
    private boolean roused; // guarded by lock; it is to take even a little
    private ArrayDeque<LaneUnit> taken = new ArrayDeque<>(); // only by the one that takes; older than units

    private final int enough;

    /** @param enough that many units are worth waking the lane for */
    LaneQueue(Threads threads, int enough) {
        this.enough = enough;
        this.filled = threads.condition(lock);
    }

    void put(LaneUnit unit) {
        lock.lock();
        try {
            units.add(unit);
            if (idle && units.size() >= enough) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What has been put in is not kept back any longer. */
    void rouse() {
        lock.lock();
        try {
            if (units.isEmpty() || roused) {
                return;
            }
            roused = true;
            if (idle) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for enough, or to be roused, then moves what has piled up into the batch: at most so many units or, beyond the first, so many
     * bytes. What is not data (a gate, an advance) comes alone, so that a batch is all data of one kind or one such unit.
     */
    void take(List<LaneUnit> batch, int maxUnits, long maxBytes) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long bytes = 0;
        while (batch.size() < maxUnits) {
            if (taken.isEmpty() && !takeAll(batch.isEmpty())) {
                return;
            }
            LaneUnit next = taken.peek();
            boolean data =
                    next instanceof LaneUnit.Write || next instanceof LaneUnit.Load || next instanceof LaneUnit.Bulk;
            boolean another =
                    !batch.isEmpty() && next.getClass() != batch.get(0).getClass();
            if (!batch.isEmpty() && (!data || another || bytes + next.permits() > maxBytes)) {
                return;
            }
            batch.add(taken.poll());
            bytes += next.permits();
            if (!data) {
                return;
            }
        }
    }

    /** In one move, so that who puts is hardly ever kept waiting. @return whether there was anything, which is waited for or not */
    private boolean takeAll(boolean wait) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!wait && units.isEmpty()) {
                return false;
            }
            while (wait && units.size() < enough && !roused) {
                idle = true;
                try {
                    filled.await();
                } finally {
                    idle = false;
                }
            }
            ArrayDeque<LaneUnit> emptied = taken;
            taken = units;
            units = emptied;
            roused = false;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
