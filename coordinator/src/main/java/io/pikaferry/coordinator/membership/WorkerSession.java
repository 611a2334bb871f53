package io.pikaferry.coordinator.membership;

import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One stream from a worker, from its greeting on, with what has been said on it. Telling twice is allowed but noise;
 * what counts is that everything is told at least once in each session. Safe for use by many threads.
 */
public final class WorkerSession {

    private final Greeting greeting;
    private final WorkerLine line;
    private final Map<JobId, Long> assigned; // held when it came, or told since
    private final Map<JobId, Tuned> tuned = new ConcurrentHashMap<>();
    private final Map<JobId, Long> revoked = new ConcurrentHashMap<>();

    /** The limits a job was given, and under which epoch. */
    private record Tuned(long epoch, Limits limits) {}

    WorkerSession(Greeting greeting, WorkerLine line) {
        this.greeting = greeting;
        this.line = line;
        this.assigned = new ConcurrentHashMap<>(greeting.held());
    }

    public WorkerId worker() {
        return greeting.worker();
    }

    public String incarnation() {
        return greeting.incarnation();
    }

    /** What it ran when the session began. */
    public Map<JobId, Long> heldAtStart() {
        return greeting.held();
    }

    /** Whether the worker knows that it holds the job under the epoch. */
    public boolean knows(JobId job, long epoch) {
        return Long.valueOf(epoch).equals(assigned.get(job));
    }

    public void assign(AssignOrder order) {
        assigned.put(order.spec().name(), order.epoch());
        tuned.put(order.spec().name(), new Tuned(order.epoch(), Limits.of(order.spec())));
        line.assign(order);
    }

    /** Says it unless that is what was said last: a job that was held when the session began is told of its limits. */
    public void tune(JobId job, long epoch, Limits limits) {
        Tuned now = new Tuned(epoch, limits);
        if (!now.equals(tuned.put(job, now))) {
            line.tune(job, epoch, limits);
        }
    }

    /** The job may take a snapshot. */
    public void grant(JobId job, long epoch) {
        line.grant(job, epoch);
    }

    /** Says it once. */
    public void revoke(JobId job, long epoch, String why) {
        if (!Long.valueOf(epoch).equals(revoked.put(job, epoch))) {
            line.revoke(job, epoch, why);
        }
    }

    /** The worker says that it has let go: it need not be told to. */
    public void letGo(JobId job, long epoch) {
        revoked.put(job, epoch);
    }

    WorkerLine line() {
        return line;
    }
}
