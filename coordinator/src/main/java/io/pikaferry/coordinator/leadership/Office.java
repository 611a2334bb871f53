package io.pikaferry.coordinator.leadership;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.assignment.AssignmentLoop;
import io.pikaferry.coordinator.assignment.FullSyncSlots;
import io.pikaferry.coordinator.assignment.JobMove;
import io.pikaferry.coordinator.checkpoint.CheckpointIntake;
import io.pikaferry.coordinator.job.CachedJobStore;
import io.pikaferry.coordinator.job.JobLifecycle;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.job.JobSubmission;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.coordinator.ledger.ErrorLedger;
import io.pikaferry.coordinator.ledger.ErrorLedger.Settlement;
import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.membership.KnownWorker;
import io.pikaferry.coordinator.membership.WorkerRegistry;
import io.pikaferry.coordinator.membership.WorkerRegistry.Timing;
import io.pikaferry.coordinator.membership.WorkerStore;
import io.pikaferry.coordinator.report.ReportIntake;
import io.pikaferry.coordinator.secret.Secrets;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a coordinator has while it leads: all jobs and workers in memory, and the threads that look after them. Made
 * anew for each term out of what is stored, and thrown away at its end; nothing of it is reused.
 */
public final class Office implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Office.class);
    private static final Duration FLUSH_EVERY = Duration.ofMillis(100);
    /** A round may take its time; only a longer gap is put down to the coordinator having stood still. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final long term;
    private final String coordinator;
    private final OfficeConfig config;
    private final InstantSource clock;
    private final JobStore jobs;
    private final WorkerStore workerStore;
    private final Journal journal;
    private final ErrorLedger ledger;
    private final CheckpointIntake checkpoints;
    private final JobLifecycle lifecycle;
    private final JobSubmission submission;
    private final WorkerRegistry registry;
    private final FullSyncSlots slots;
    private final AssignmentLoop loop;
    private final JobMove moves;
    private final ReportIntake reports;
    private final ScheduledExecutorService flusher;

    /**
     * Reads what is stored; starts nothing.
     *
     * @param clock must not jump: leases are measured by it
     * @throws FerryException with SECRET_UNREADABLE if the kept passwords are encrypted with another key
     */
    public Office(
            long term,
            String coordinator,
            Stores stores,
            SecretKey key,
            String keyFile,
            OfficeConfig config,
            InstantSource clock) {
        this.term = term;
        this.coordinator = requireNonNull(coordinator, "coordinator is null");
        this.config = requireNonNull(config, "config is null");
        this.clock = requireNonNull(clock, "clock is null");
        Secrets secrets = new Secrets(stores.secrets(), key, keyFile);
        secrets.verifyKey();
        jobs = new CachedJobStore(stores.jobs());
        workerStore = stores.workers();
        journal = new Journal(stores.journals(), config.eventsKept());
        ledger = new ErrorLedger(stores.ledgers(), config.errorsKept());
        checkpoints = new CheckpointIntake(stores.checkpoints(), clock, config.checkpointInterval());
        registry = new WorkerRegistry(new Timing(config.lease(), config.grace(), PATIENCE), clock.instant());
        lifecycle = new JobLifecycle(jobs, journal, clock, this::changed);
        submission = new JobSubmission(jobs, lifecycle, secrets, journal, clock, this::changed);
        slots = new FullSyncSlots(config.fullSyncsPerSourceHost());
        loop = new AssignmentLoop(
                jobs,
                lifecycle,
                checkpoints,
                secrets,
                registry,
                workerStore,
                slots,
                clock,
                config.balanceInterval(),
                coordinator);
        moves = new JobMove(lifecycle, jobs, registry);
        reports = new ReportIntake(lifecycle, checkpoints, ledger, journal, clock);
        flusher = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "journal"));
    }

    /** Who holds a job is waited for even if it is stored as gone: that may have been written before it came back. */
    public void start() {
        Instant now = clock.instant();
        Map<WorkerId, KnownWorker> known = new HashMap<>();
        workerStore.all().forEach(worker -> known.put(worker.id(), worker));
        jobs.all().stream()
                .map(Versioned::value)
                .filter(job -> job.observed() == JobState.RUNNING)
                .forEach(job -> known.compute(job.worker().orElseThrow(), (id, worker) -> alive(id, worker, now)));
        known.values().forEach(worker -> registry.expect(worker, now));
        loop.start();
        var unused = flusher.scheduleWithFixedDelay(
                this::flush, FLUSH_EVERY.toMillis(), FLUSH_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static KnownWorker alive(WorkerId id, KnownWorker worker, Instant now) {
        return worker == null ? new KnownWorker(id, "", 0, "", Map.of(), false, false, now, false) : worker.returned();
    }

    private void changed() {
        loop.signal();
    }

    private void flush() {
        try {
            journal.flush();
        } catch (FerryException e) {
            if (e.code() != ErrorCode.NOT_LEADER) {
                log.atWarn().addKeyValue("error", e.code().id()).log("events wait to be stored: {}", e.getMessage());
            }
        } catch (RuntimeException e) {
            log.error("events could not be stored", e);
        }
    }

    public long term() {
        return term;
    }

    /** The coordinator's id. */
    public String coordinator() {
        return coordinator;
    }

    public OfficeConfig config() {
        return config;
    }

    public InstantSource clock() {
        return clock;
    }

    public JobStore jobs() {
        return jobs;
    }

    public JobLifecycle lifecycle() {
        return lifecycle;
    }

    public JobSubmission submission() {
        return submission;
    }

    public Journal journal() {
        return journal;
    }

    public ErrorLedger ledger() {
        return ledger;
    }

    public CheckpointIntake checkpoints() {
        return checkpoints;
    }

    public WorkerRegistry workers() {
        return registry;
    }

    public FullSyncSlots slots() {
        return slots;
    }

    public ReportIntake reports() {
        return reports;
    }

    public JobMove moves() {
        return moves;
    }

    public AssignmentLoop assignments() {
        return loop;
    }

    /** Removes a job and forgets it everywhere. */
    public void delete(JobId job) {
        lifecycle.delete(job);
        journal.forget(job);
        ledger.forget(job);
        checkpoints.removed(job);
    }

    /** Does what an operator wants about entries of a job's error ledger, and puts it into the journal. */
    public List<KeptEntry> settleErrors(JobId name, Settlement settlement, List<String> ids, String actor) {
        MigrationJob job = lifecycle.find(name).value();
        List<KeptEntry> settled = ledger.settle(job.id(), settlement, ids);
        String what = "%s of %d %s in the error ledger"
                .formatted(
                        settlement == Settlement.RECONCILE ? "keys are read again because" : "no more notice is taken",
                        settled.size(),
                        settled.size() == 1 ? "entry" : "entries");
        journal.note(
                job.id(),
                new JournalEntry(
                        clock.instant(),
                        settlement == Settlement.RECONCILE ? "reconcile" : "ignored",
                        what,
                        job.epoch(),
                        job.worker(),
                        actor));
        return settled;
    }

    /** Kept before it is answered: a drain survives the leader. */
    public void cordon(WorkerId worker, boolean cordoned, boolean draining) {
        workerStore.put(registry.cordon(worker, cordoned, draining));
        loop.signal();
    }

    /** In the reverse order of start. What is lost by it, workers tell the next leader. */
    @Override
    public void close() {
        registry.close(new FerryException(ErrorCode.NOT_LEADER, "this coordinator no longer leads"));
        loop.close();
        reports.close();
        flusher.shutdownNow();
        flush();
    }
}
