package io.pikaferry.e2e.bench;

import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * When a job came to each of its phases, as its status says: a phase is told to the coordinator at once, or a fortieth of a second
 * after the one before. Watches in a thread of its own until it is closed.
 */
final class Timeline implements AutoCloseable {

    private static final long LOOK_NANOS = 10_000_000;
    private static final long SELDOM_NANOS = 100_000_000; // while it is the load that is measured

    private final TestCluster cluster;
    private final String job;
    private final long submitted;
    private final Map<Phase, Double> entered = new EnumMap<>(Phase.class); // guarded by this
    private final Thread thread = new Thread(this::watch, "timeline");
    private volatile boolean closed;
    private double assigned = Double.NaN; // guarded by this

    private Timeline(TestCluster cluster, String job, long submitted) {
        this.cluster = cluster;
        this.job = job;
        this.submitted = submitted;
    }

    /** @param submitted when, by the nano clock */
    static Timeline of(TestCluster cluster, String job, long submitted) {
        Timeline timeline = new Timeline(cluster, job, submitted);
        timeline.thread.setDaemon(true);
        timeline.thread.start();
        return timeline;
    }

    private void watch() {
        while (!closed) {
            look();
            LockSupport.parkNanos(Double.isNaN(entered(Phase.LOAD)) ? LOOK_NANOS : SELDOM_NANOS);
        }
    }

    private void look() {
        JobView view = cluster.status(job);
        double seconds = (System.nanoTime() - submitted) / 1e9;
        synchronized (this) {
            if (view.getState() == ObservedState.RUNNING) {
                assigned = Double.isNaN(assigned) ? seconds : assigned;
                if (view.hasProgress()) {
                    entered.putIfAbsent(view.getProgress().getPhase(), seconds);
                }
            }
        }
    }

    /** Seconds after it was submitted. */
    synchronized double assigned() {
        return assigned;
    }

    /** Seconds after it was submitted; not a number if it was not seen. */
    synchronized double entered(Phase phase) {
        return entered.getOrDefault(phase, Double.NaN);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
        look();
    }
}
