package io.pikaferry.coordinator.report;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.checkpoint.CheckpointIntake;
import io.pikaferry.coordinator.checkpoint.CheckpointIntake.Answer;
import io.pikaferry.coordinator.checkpoint.CheckpointIntake.Rewind;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobLifecycle;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.coordinator.ledger.ErrorLedger;
import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what workers report, off the threads that hear it.
 *
 * <p>Threads: a job's reports are handled one after another, by one of a few threads. Of the reports of one assignment
 * that wait only the last is kept, so a slow ZooKeeper makes acknowledgements late and fills no queue.
 *
 * <p>Failure: what cannot be stored is tried again until it can, or until this coordinator no longer leads; then the
 * worker tells the next leader, since it was not acknowledged.
 */
public final class ReportIntake implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReportIntake.class);
    private static final int THREADS = 4;
    private static final int WISHES_AT_ONCE = 100;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private record Desk(WorkerId worker, JobId job, long epoch) {}

    private record Waiting(JobReport report, Reporter reporter) {
        Waiting after(Waiting earlier) {
            return new Waiting(report.after(earlier.report), reporter);
        }
    }

    private final JobLifecycle lifecycle;
    private final CheckpointIntake checkpoints;
    private final ErrorLedger ledger;
    private final Journal journal;
    private final InstantSource clock;
    private final Map<Desk, Waiting> waiting = new ConcurrentHashMap<>();
    private final Set<Desk> toldToGoBack = ConcurrentHashMap.newKeySet();
    private final Map<Desk, LedgerEntry> fresh = new ConcurrentHashMap<>(); // not acknowledged yet
    private final List<ScheduledExecutorService> threads = new ArrayList<>();

    public ReportIntake(
            JobLifecycle lifecycle,
            CheckpointIntake checkpoints,
            ErrorLedger ledger,
            Journal journal,
            InstantSource clock) {
        this.lifecycle = requireNonNull(lifecycle, "lifecycle is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.ledger = requireNonNull(ledger, "ledger is null");
        this.journal = requireNonNull(journal, "journal is null");
        this.clock = requireNonNull(clock, "clock is null");
        for (int i = 0; i < THREADS; i++) {
            String name = "reports-" + i;
            ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, name));
            thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
            threads.add(thread);
        }
    }

    /** Takes the report over; does not block. */
    public void take(JobReport report, Reporter reporter) {
        Desk desk = new Desk(reporter.worker(), report.job(), report.epoch());
        waiting.merge(desk, new Waiting(report, reporter), (earlier, later) -> later.after(earlier));
        schedule(desk, Duration.ZERO);
    }

    private void schedule(Desk desk, Duration delay) {
        ScheduledExecutorService thread = threads.get(Math.floorMod(desk.job().hashCode(), THREADS));
        try {
            var unused = thread.schedule(() -> handle(desk), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.atDebug().addKeyValue("job", desk.job()).log("report dropped: no longer in office");
        }
    }

    private void handle(Desk desk) {
        Waiting next = waiting.remove(desk);
        if (next == null) {
            return; // went with an earlier run
        }
        try {
            store(desk, next.report(), next.reporter());
        } catch (FerryException e) {
            recover(desk, next, e);
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("job", desk.job())
                    .addKeyValue("worker", desk.worker())
                    .setCause(e)
                    .log("report could not be handled");
            again(desk, next, RETRY);
        }
    }

    private void store(Desk desk, JobReport report, Reporter reporter) {
        Versioned<MigrationJob> job = lifecycle.find(report.job());
        if (!job.value().isHeldBy(desk.worker(), report.epoch())) {
            throw new FerryException(
                    ErrorCode.STALE_EPOCH,
                    "job %s is at epoch %d with %s"
                            .formatted(
                                    report.job(),
                                    job.value().epoch(),
                                    job.value().worker().map(WorkerId::value).orElse("nobody")));
        }
        if (job.value().forceFullSync()
                && (report.loading() || report.checkpoint().isPresent())) {
            beginAnew(job, desk);
            job = lifecycle.find(report.job());
        }
        journal.noteAll(report.job(), report.events());
        if (!report.events().isEmpty()) {
            journal.flush();
        }
        Optional<LedgerEntry> news = ledger.record(report.job(), report.epoch(), report.entries());
        news.ifPresent(entry -> fresh.putIfAbsent(desk, entry));

        Optional<Instant> due = keepCheckpoint(job, desk, report);
        if (due.isPresent()) {
            again(
                    desk,
                    new Waiting(report.withoutStoredLines(), reporter),
                    Duration.between(clock.instant(), due.get()));
            return;
        }
        if (report.outcome().isPresent()) {
            lifecycle.handle(report.job(), report.outcome().get().underEpoch(report.epoch()), actor(desk));
            toldToGoBack.remove(desk);
        }
        reporter.acknowledge(
                report.job(),
                report.epoch(),
                report.sequence(),
                wishes(report),
                Optional.ofNullable(fresh.remove(desk)));
    }

    /** Some at a time: the rest when these are answered. */
    private List<KeptEntry> wishes(JobReport report) {
        if (report.outcome().isPresent()) {
            return List.of();
        }
        return ledger.read(report.job()).retrying().stream()
                .limit(WISHES_AT_ONCE)
                .toList();
    }

    /** The checkpoint goes before the wish that it be forgotten does: a crash in between forgets it twice. */
    private void beginAnew(Versioned<MigrationJob> job, Desk desk) {
        checkpoints.forget(job);
        ledger.clear(desk.job());
        lifecycle.handle(desk.job(), new JobEvent.FullSyncBegun(desk.epoch()), actor(desk));
    }

    /** When to come back with it, if it cannot be written yet. */
    private Optional<Instant> keepCheckpoint(Versioned<MigrationJob> job, Desk desk, JobReport report) {
        if (report.checkpoint().isEmpty()) {
            return Optional.empty();
        }
        try {
            Answer answer = checkpoints.offer(
                    job,
                    desk.worker(),
                    report.epoch(),
                    report.checkpoint().get(),
                    report.rewound(),
                    report.outcome().isPresent());
            if (answer instanceof Answer.NotYet later) {
                return Optional.of(later.until());
            }
            if (answer instanceof Answer.Stored stored) {
                stored.rewind().ifPresent(rewind -> noteRewind(desk, rewind));
            }
        } catch (FerryException e) {
            if (e.code() != ErrorCode.STALE_CHECKPOINT) {
                throw e;
            }
            noteRefused(desk, e);
        }
        return Optional.empty();
    }

    private void noteRewind(Desk desk, Rewind rewind) {
        note(
                desk,
                "rewound",
                "the target lost confirmed writes; %s goes back from %s to %s"
                        .formatted(rewind.stream(), rewind.from(), rewind.to()));
    }

    private void noteRefused(Desk desk, FerryException refusal) {
        if (toldToGoBack.add(desk)) {
            log.atWarn()
                    .addKeyValue("job", desk.job())
                    .addKeyValue("epoch", desk.epoch())
                    .addKeyValue("worker", desk.worker())
                    .addKeyValue("error", refusal.code().id())
                    .log(refusal.getMessage());
            note(desk, "refused", refusal.code().id() + ": " + refusal.getMessage());
        }
    }

    private void note(Desk desk, String kind, String message) {
        journal.note(
                desk.job(),
                new JournalEntry(
                        clock.instant(), kind, message, desk.epoch(), Optional.of(desk.worker()), actor(desk)));
    }

    private void recover(Desk desk, Waiting next, FerryException e) {
        switch (e.code()) {
            case CONCURRENT_UPDATE -> again(desk, next, Duration.ZERO);
            case STALE_EPOCH, JOB_NOT_FOUND, ILLEGAL_TRANSITION -> refuse(next, e);
            case NOT_LEADER -> log.atDebug().addKeyValue("job", desk.job()).log("report dropped: no longer in office");
            default -> {
                log.atWarn()
                        .addKeyValue("job", desk.job())
                        .addKeyValue("error", e.code().id())
                        .log("report could not be stored, will be tried again: {}", e.getMessage());
                again(desk, next, RETRY);
            }
        }
    }

    /** Who has let go already need not be told to; its last word is taken as heard, or it would repeat it for ever. */
    private static void refuse(Waiting next, FerryException why) {
        JobReport report = next.report();
        if (report.outcome().isPresent()) {
            next.reporter().acknowledge(report.job(), report.epoch(), report.sequence(), List.of(), Optional.empty());
        } else {
            next.reporter().refuse(report.job(), report.epoch(), why.getMessage());
        }
    }

    private void again(Desk desk, Waiting next, Duration delay) {
        waiting.merge(desk, next, (later, earlier) -> later.after(earlier));
        schedule(desk, delay);
    }

    private static String actor(Desk desk) {
        return "worker " + desk.worker();
    }

    /** Lets what is being stored be stored; what waits is told to the next leader. */
    @Override
    public void close() {
        threads.forEach(ScheduledExecutorService::shutdown);
        try {
            for (ScheduledExecutorService thread : threads) {
                if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                    log.warn("a report is still being stored");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
