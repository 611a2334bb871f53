package io.pikaferry.coordinator.assignment;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.checkpoint.CheckpointIntake;
import io.pikaferry.coordinator.checkpoint.KeptCheckpoint;
import io.pikaferry.coordinator.job.Holder;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobLifecycle;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Reason;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.coordinator.membership.AssignOrder;
import io.pikaferry.coordinator.membership.KnownWorker;
import io.pikaferry.coordinator.membership.Limits;
import io.pikaferry.coordinator.membership.WorkerRegistry;
import io.pikaferry.coordinator.membership.WorkerRegistry.Member;
import io.pikaferry.coordinator.membership.WorkerRegistry.State;
import io.pikaferry.coordinator.membership.WorkerSession;
import io.pikaferry.coordinator.membership.WorkerStore;
import io.pikaferry.coordinator.secret.Secrets;
import io.pikaferry.coordinator.secret.Secrets.Side;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what is so into what is wanted: takes jobs from workers that are lost, gives jobs to workers, and tells
 * workers what they have to do. Level-triggered: each round looks at everything that is stored and everyone who is
 * alive, so a lost signal, a broken stream or a dead leader costs one round and not an assignment.
 *
 * <p>Only what is stored counts. A job is first stored as assigned, then its worker is told; if that is lost, the next
 * round finds a worker that does not know what is stored of it, and tells it (again, under the same epoch).
 *
 * <p>Threads: one, which {@link #start} starts; {@link #signal} may be called by any.
 */
public final class AssignmentLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AssignmentLoop.class);

    private static final Duration LOST_FOR_GOOD = Duration.ofDays(1);

    private final JobStore jobs;
    private final JobLifecycle lifecycle;
    private final CheckpointIntake checkpoints;
    private final Secrets secrets;
    private final WorkerRegistry registry;
    private final WorkerStore workers;
    private final FullSyncSlots slots;
    private final InstantSource clock;
    private final Duration interval;
    private final String actor;
    private final Thread thread;
    private volatile Map<JobId, String> unplaced = Map.of();

    private boolean signalled; // these two: guarded by this
    private boolean closed;

    /** @param interval how long at most until the next round; each also looks whether a lease has run out */
    public AssignmentLoop(
            JobStore jobs,
            JobLifecycle lifecycle,
            CheckpointIntake checkpoints,
            Secrets secrets,
            WorkerRegistry registry,
            WorkerStore workers,
            FullSyncSlots slots,
            InstantSource clock,
            Duration interval,
            String coordinator) {
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.lifecycle = requireNonNull(lifecycle, "lifecycle is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.workers = requireNonNull(workers, "workers is null");
        this.slots = requireNonNull(slots, "slots is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.interval = requireNonNull(interval, "interval is null");
        this.actor = "coordinator " + coordinator;
        this.thread = new Thread(this::run, "assignment");
    }

    public void start() {
        thread.start();
    }

    /** Something changed. */
    public synchronized void signal() {
        signalled = true;
        notifyAll();
    }

    /** Why a PENDING job has no worker, as of the last round. */
    public Optional<String> whyUnplaced(JobId job) {
        return Optional.ofNullable(unplaced.get(job));
    }

    private void run() {
        try {
            while (awaitSignal()) {
                try {
                    round();
                } catch (FerryException e) {
                    log.atWarn().addKeyValue("error", e.code().id()).log("round given up: {}", e.getMessage());
                } catch (RuntimeException e) {
                    log.error("round given up", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private synchronized boolean awaitSignal() throws InterruptedException {
        long deadline = System.nanoTime() + interval.toNanos();
        for (long left = interval.toMillis(); left > 0 && !signalled && !closed; ) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        signalled = false;
        return !closed;
    }

    /** Looks at everything once. */
    void round() {
        Instant now = clock.instant();
        registry.expire(now)
                .forEach(member ->
                        log.atWarn().addKeyValue("worker", member.id()).log("worker lost: {}", member.how()));
        takeFromTheLost();
        Plan plan = Balancer.plan(jobs(), registry.members());
        if (!registry.settling()) {
            plan.assign().forEach(this::assign);
            unplaced = Map.copyOf(plan.unplaced());
        }
        tell(plan);
        if (!registry.settling()) {
            slots.grant(jobs()).forEach(this::grant);
        }
        saveWorkers();
    }

    private List<MigrationJob> jobs() {
        return jobs.all().stream().map(Versioned::value).toList();
    }

    private void takeFromTheLost() {
        for (MigrationJob job : jobs()) {
            if (job.observed() == JobState.RUNNING) {
                whyLost(job, job.holder().orElseThrow()).ifPresent(how -> lose(job, how));
            }
        }
    }

    /** A worker that was restarted has lost what the process before it ran, unless it says otherwise. */
    private Optional<String> whyLost(MigrationJob job, Holder holder) {
        Optional<Member> member = registry.find(holder.worker());
        if (member.isEmpty()) {
            return Optional.of("nothing is known of it");
        }
        if (member.get().state() == State.LOST) {
            return Optional.of(member.get().how());
        }
        return member.get()
                .session()
                .filter(session -> !session.incarnation().equals(holder.incarnation()))
                .filter(session -> !session.knows(job.id(), job.epoch()))
                .map(session -> "it was restarted");
    }

    private void lose(MigrationJob job, String how) {
        handle(job.id(), new JobEvent.WorkerLost(job.epoch(), how)).ifPresent(after -> log.atWarn()
                .addKeyValue("job", job.id())
                .addKeyValue("epoch", job.epoch())
                .addKeyValue("worker", job.worker().orElseThrow())
                .log("job lost its worker: {}", how));
    }

    private void assign(JobId id, WorkerId worker) {
        Optional<WorkerSession> session = registry.find(worker).flatMap(Member::session);
        if (session.isEmpty()) {
            return; // gone since the plan was made
        }
        Optional<MigrationJob> assigned = handle(
                id, new JobEvent.Assigned(new Holder(worker, session.get().incarnation())));
        assigned.ifPresent(job -> {
            log.atInfo()
                    .addKeyValue("job", id)
                    .addKeyValue("epoch", job.epoch())
                    .addKeyValue("worker", worker)
                    .log("job assigned");
            tellToRun(job, session.get());
        });
    }

    /** What workers do not know yet: jobs stored as theirs, jobs to let go of, jobs that are not theirs any more. */
    private void tell(Plan plan) {
        for (Member member : registry.members()) {
            if (member.state() == State.CONNECTED) {
                member.session().ifPresent(session -> tell(session, plan));
            }
        }
    }

    private void tell(WorkerSession session, Plan plan) {
        for (MigrationJob job : jobs()) {
            if (job.isHeldBy(session.worker(), job.epoch())) {
                if (!session.knows(job.id(), job.epoch())) {
                    tellToRun(job, session);
                } else {
                    session.tune(job.id(), job.epoch(), Limits.of(job.spec()));
                }
                Optional.ofNullable(plan.revoke().get(job.id()))
                        .ifPresent(why -> session.revoke(job.id(), job.epoch(), why));
            }
        }
        session.heldAtStart().forEach((id, epoch) -> {
            boolean theirs = jobs.find(id)
                    .filter(job -> job.value().isHeldBy(session.worker(), epoch))
                    .isPresent();
            if (!theirs) {
                session.revoke(id, epoch, "the job is not this worker's under epoch " + epoch);
            }
        });
    }

    private void grant(MigrationJob job) {
        registry.find(job.worker().orElseThrow())
                .flatMap(Member::session)
                .filter(session -> session.knows(job.id(), job.epoch()))
                .ifPresent(session -> session.grant(job.id(), job.epoch()));
    }

    private void tellToRun(MigrationJob job, WorkerSession session) {
        try {
            session.assign(new AssignOrder(
                    job.spec(),
                    job.epoch(),
                    job.sourcePassword() ? secrets.read(job.id(), Side.SOURCE) : Optional.empty(),
                    job.targetPassword() ? secrets.read(job.id(), Side.TARGET) : Optional.empty(),
                    job.forceFullSync()
                            ? Optional.empty()
                            : checkpoints.find(job.id()).map(KeptCheckpoint::checkpoint),
                    job.forceFullSync()));
        } catch (FerryException e) {
            if (e.code() != ErrorCode.SECRET_UNREADABLE) {
                throw e;
            }
            var unused = handle(job.id(), new JobEvent.Blocked(job.epoch(), new Reason(e.code(), e.getMessage())));
        }
    }

    /** Empty if the job has moved on since the round began; the next round will see. */
    private Optional<MigrationJob> handle(JobId id, JobEvent event) {
        try {
            return Optional.of(lifecycle.handle(id, event, actor));
        } catch (FerryException e) {
            return switch (e.code()) {
                case STALE_EPOCH, ILLEGAL_TRANSITION, JOB_NOT_FOUND -> Optional.empty();
                default -> throw e;
            };
        }
    }

    private void saveWorkers() {
        registry.forgetLost(clock.instant().minus(LOST_FOR_GOOD)).forEach(workers::remove);
        List<KnownWorker> changed = registry.takeUnsaved();
        try {
            changed.forEach(workers::put);
        } catch (RuntimeException e) {
            registry.unsaved(changed.stream().map(KnownWorker::id).toList());
            throw e;
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
