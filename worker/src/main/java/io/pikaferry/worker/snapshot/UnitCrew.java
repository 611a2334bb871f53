package io.pikaferry.worker.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.MDC;

/**
 * Works off a list of units with a few threads, until all are done or one fails: then the others are interrupted.
 *
 * <p>Returns only when none of its threads runs any more, whatever happens, so that what they used can be closed.
 */
final class UnitCrew {

    /** A share of the work; ends early with InterruptedException when its thread is interrupted. */
    interface Unit {
        void run() throws InterruptedException;
    }

    private final Queue<Unit> waiting;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    private UnitCrew(List<? extends Unit> units) {
        waiting = new ConcurrentLinkedQueue<>(units);
    }

    /**
     * @throws InterruptedException if the caller was interrupted, or a unit ended so by itself
     * @throws RuntimeException or Error: what the first failed unit threw
     */
    static void workOff(List<? extends Unit> units, int threads) throws InterruptedException {
        new UnitCrew(units).run(Math.min(threads, units.size()));
    }

    private void run(int count) throws InterruptedException {
        Map<String, String> mdc = MDC.getCopyOfContextMap();
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> work(mdc), Thread.currentThread().getName() + "-scan-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= join(thread);
        }
        if (interrupted) {
            throw new InterruptedException();
        }
        rethrow();
    }

    /** Waits until the thread has ended; if interrupted meanwhile, ends all of them and says so. */
    private boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                waiting.clear();
                threads.forEach(Thread::interrupt);
            }
        }
    }

    private void work(Map<String, String> mdc) {
        if (mdc != null) {
            MDC.setContextMap(mdc);
        }
        try {
            for (Unit unit = waiting.poll(); unit != null && failure.get() == null; unit = waiting.poll()) {
                unit.run();
            }
        } catch (Throwable e) {
            if (failure.compareAndSet(null, e)) {
                waiting.clear();
                threads.stream()
                        .filter(thread -> thread != Thread.currentThread())
                        .forEach(Thread::interrupt);
            }
        }
    }

    private void rethrow() throws InterruptedException {
        Throwable first = failure.get();
        if (first instanceof InterruptedException interruption) {
            throw interruption;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
        if (first instanceof Error error) {
            throw error;
        }
    }
}
