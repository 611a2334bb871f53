package io.pikaferry.coordinator.membership;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is alive. Driven by what is heard and by {@link #expire}; reads no clock and does no work of its own.
 *
 * <pre>
 *   expected ──attach──▶ connected ──stream ended──▶ grace ──attach──▶ connected
 *      │                     │ silent for a lease      │ a short time
 *      └──── a lease ────────┴──────────▶ lost ◀───────┘
 * </pre>
 *
 * <p>A new leader expects every worker that was not gone, for one lease; until they have all come or their time is up
 * it is {@link #settling} and nothing is balanced. A lease that runs out while nobody looked is not held against the
 * worker: {@link #expire} puts all deadlines off by the time it was late, so that a coordinator that stalls never
 * takes a job from anybody.
 *
 * <p>Safe for use by many threads.
 */
public final class WorkerRegistry {

    /**
     * How long is waited for whom.
     *
     * @param lease how long a silent worker is taken for alive
     * @param grace how long one whose stream has ended is
     * @param patience how often {@link #expire} is promised to be called; a longer gap is the coordinator's fault
     */
    public record Timing(Duration lease, Duration grace, Duration patience) {
        public Timing {
            if (lease.isNegative() || lease.isZero() || grace.isNegative() || grace.compareTo(lease) > 0) {
                throw new IllegalArgumentException(
                        "lease %s must be positive and grace %s not longer".formatted(lease, grace));
            }
            requireNonNull(patience, "patience is null");
        }
    }

    public enum State {
        EXPECTED,
        CONNECTED,
        GRACE,
        LOST,
    }

    /** A worker as it stands. */
    public record Member(
            KnownWorker worker, State state, Optional<WorkerSession> session, boolean leaving, String how) {

        public WorkerId id() {
            return worker.id();
        }

        /** May get new jobs. */
        public boolean takesJobs() {
            return state == State.CONNECTED && !leaving && !worker.cordoned();
        }
    }

    private static final int INCARNATIONS_REMEMBERED = 16;

    private static final class Entry {
        KnownWorker worker;
        State state = State.LOST;
        Optional<WorkerSession> session = Optional.empty();
        boolean leaving;
        Instant deadline = Instant.MIN; // of nothing while LOST
        String how = "not seen since this coordinator leads";
        final Deque<String> replaced = new ArrayDeque<>();

        Entry(KnownWorker worker) {
            this.worker = worker;
        }

        Member member() {
            return new Member(worker, state, session, leaving, how);
        }
    }

    private final Timing timing;
    private final Map<WorkerId, Entry> entries = new HashMap<>(); // all fields: guarded by this
    private final Set<WorkerId> unsaved = new LinkedHashSet<>();
    private Instant lastLook;
    private Optional<FerryException> closed = Optional.empty();

    public WorkerRegistry(Timing timing, Instant now) {
        this.timing = requireNonNull(timing, "timing is null");
        this.lastLook = requireNonNull(now, "now is null");
    }

    /** A worker of an earlier leader: if it is not gone, it has a lease's time to come back. */
    public synchronized void expect(KnownWorker worker, Instant now) {
        Entry entry = new Entry(worker);
        if (!worker.gone()) {
            entry.state = State.EXPECTED;
            entry.deadline = now.plus(timing.lease());
            entry.how = "did not come back after the change of leader";
        }
        entries.put(worker.id(), entry);
    }

    /**
     * Begins a session, in place of an earlier one of the same worker.
     *
     * @throws FerryException with INVALID_ARGUMENT if a later process has taken the worker's name over; what
     *     {@link #close} was given, if it was
     */
    public WorkerSession attach(Greeting greeting, WorkerLine line, Instant now) {
        WorkerSession session = new WorkerSession(greeting, line);
        Optional<WorkerSession> earlier;
        synchronized (this) {
            closed.ifPresent(why -> {
                throw why;
            });
            Entry entry =
                    entries.computeIfAbsent(greeting.worker(), id -> new Entry(known(greeting, false, false, now)));
            if (entry.replaced.contains(greeting.incarnation())) {
                throw new FerryException(
                        ErrorCode.INVALID_ARGUMENT,
                        "another process has attached as worker %s after this one; give each worker an --id of its own"
                                .formatted(greeting.worker()));
            }
            earlier = entry.session;
            earlier.filter(before -> !before.incarnation().equals(greeting.incarnation()))
                    .ifPresent(before -> {
                        entry.replaced.addLast(before.incarnation());
                        if (entry.replaced.size() > INCARNATIONS_REMEMBERED) {
                            entry.replaced.removeFirst();
                        }
                    });
            entry.worker = known(greeting, entry.worker.cordoned(), entry.worker.draining(), now);
            entry.state = State.CONNECTED;
            entry.session = Optional.of(session);
            entry.leaving = false;
            entry.deadline = now.plus(timing.lease());
            unsaved.add(greeting.worker());
        }
        earlier.ifPresent(before -> before.line()
                .end(new FerryException(
                        ErrorCode.CONCURRENT_UPDATE,
                        "worker %s has opened another session".formatted(greeting.worker()))));
        return session;
    }

    private static KnownWorker known(Greeting greeting, boolean cordoned, boolean draining, Instant now) {
        return new KnownWorker(
                greeting.worker(),
                greeting.host(),
                greeting.capacity(),
                greeting.version(),
                greeting.labels(),
                cordoned,
                draining,
                now,
                false);
    }

    /** Renews the lease; false if the session is over, whatever the worker thinks. */
    public synchronized boolean heard(WorkerSession session, Instant now) {
        Optional<Entry> connected = connected(session);
        connected.ifPresent(entry -> {
            entry.deadline = now.plus(timing.lease());
            entry.worker = entry.worker.seen(now, false);
        });
        return connected.isPresent();
    }

    /** The worker, if this is the session by which it is connected. */
    private Optional<Entry> connected(WorkerSession session) {
        return Optional.ofNullable(entries.get(session.worker()))
                .filter(entry -> closed.isEmpty()
                        && entry.state == State.CONNECTED
                        && entry.session.equals(Optional.of(session)));
    }

    /** The worker is shutting down. */
    public synchronized void leaving(WorkerSession session) {
        connected(session).ifPresent(entry -> entry.leaving = true);
    }

    /** The stream has ended, however it did: the worker has a short time to open another. */
    public synchronized void ended(WorkerSession session, Instant now) {
        connected(session).ifPresent(entry -> {
            entry.state = State.GRACE;
            Instant graceOver = now.plus(timing.grace());
            entry.deadline = graceOver.isBefore(entry.deadline) ? graceOver : entry.deadline;
            entry.how = entry.leaving ? "it has left" : "its connection broke and it did not come back";
        });
    }

    /** Declares lost whose time is up. To be called often. */
    public List<Member> expire(Instant now) {
        List<Member> lost = new ArrayList<>();
        synchronized (this) {
            Duration late = Duration.between(lastLook, now).minus(timing.patience());
            lastLook = now;
            for (Entry entry : entries.values()) {
                if (entry.state == State.LOST) {
                    continue;
                }
                if (!late.isNegative()) {
                    entry.deadline = entry.deadline.plus(late);
                }
                if (!now.isBefore(entry.deadline)) {
                    if (entry.state == State.CONNECTED) {
                        entry.how = "silent for %d ms".formatted(timing.lease().toMillis());
                    }
                    entry.state = State.LOST;
                    entry.worker = entry.worker.seen(entry.worker.lastSeen(), true);
                    lost.add(entry.member());
                    unsaved.add(entry.worker.id());
                }
            }
        }
        lost.forEach(member -> member.session().ifPresent(session -> session.line()
                .end(new FerryException(
                        ErrorCode.CONCURRENT_UPDATE,
                        "worker %s was taken for lost: %s".formatted(member.id(), member.how())))));
        return lost;
    }

    /** Whether workers of an earlier leader are still to come. */
    public synchronized boolean settling() {
        return entries.values().stream().anyMatch(entry -> entry.state == State.EXPECTED);
    }

    /**
     * Says whether nothing more is to be given to the worker, and, if draining, its jobs are to be moved away.
     *
     * @throws FerryException with WORKER_NOT_FOUND
     */
    public synchronized KnownWorker cordon(WorkerId id, boolean cordoned, boolean draining) {
        Entry entry = Optional.ofNullable(entries.get(id)).orElseThrow(() -> notFound(id));
        entry.worker = entry.worker.cordoned(cordoned, draining);
        return entry.worker;
    }

    /**
     * The worker of that id, alive or not.
     *
     * @throws FerryException with WORKER_NOT_FOUND
     */
    public synchronized Member member(WorkerId id) {
        return find(id).orElseThrow(() -> notFound(id));
    }

    public synchronized Optional<Member> find(WorkerId id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::member);
    }

    /** All workers, by id. */
    public synchronized List<Member> members() {
        return entries.values().stream()
                .map(Entry::member)
                .sorted(Comparator.comparing(member -> member.id().value()))
                .toList();
    }

    /**
     * Forgets who was lost that long ago and is not cordoned: worker names may be made up for each start.
     *
     * @return who was forgotten
     */
    public synchronized List<WorkerId> forgetLost(Instant before) {
        List<WorkerId> forgotten = entries.values().stream()
                .filter(entry -> entry.state == State.LOST
                        && !entry.worker.cordoned()
                        && entry.worker.lastSeen().isBefore(before))
                .map(entry -> entry.worker.id())
                .toList();
        forgotten.forEach(entries::remove);
        unsaved.removeAll(forgotten);
        return forgotten;
    }

    /** What has changed since it was last asked for, to be stored. */
    public synchronized List<KnownWorker> takeUnsaved() {
        List<KnownWorker> changed =
                unsaved.stream().map(id -> entries.get(id).worker).toList();
        unsaved.clear();
        return changed;
    }

    /** It could not be stored: to be asked for again. */
    public synchronized void unsaved(Collection<WorkerId> ids) {
        unsaved.addAll(ids);
    }

    /** Hangs up on everybody, and on who comes later. */
    public void close(FerryException why) {
        List<WorkerSession> open;
        synchronized (this) {
            closed = Optional.of(why);
            open = entries.values().stream()
                    .flatMap(entry -> entry.session.stream())
                    .toList();
        }
        open.forEach(session -> session.line().end(why));
    }

    private static FerryException notFound(WorkerId id) {
        return new FerryException(ErrorCode.WORKER_NOT_FOUND, "there is no worker named " + id);
    }
}
