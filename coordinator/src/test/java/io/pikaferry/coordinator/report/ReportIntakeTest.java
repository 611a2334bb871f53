package io.pikaferry.coordinator.report;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static io.pikaferry.coordinator.job.Jobs.runningOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikaferry.coordinator.checkpoint.Checkpoint;
import io.pikaferry.coordinator.checkpoint.CheckpointIntake;
import io.pikaferry.coordinator.checkpoint.CheckpointStore;
import io.pikaferry.coordinator.checkpoint.InMemoryCheckpointStore;
import io.pikaferry.coordinator.checkpoint.KeptCheckpoint;
import io.pikaferry.coordinator.job.InMemoryJobStore;
import io.pikaferry.coordinator.job.JobLifecycle;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Reason;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.coordinator.ledger.EntryState;
import io.pikaferry.coordinator.ledger.ErrorLedger;
import io.pikaferry.coordinator.ledger.InMemoryErrorLedgerStore;
import io.pikaferry.coordinator.ledger.InMemoryJournalStore;
import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReportIntakeTest {

    /** A store that waits for leave to write, and fails when it is told to. */
    private static final class GatedCheckpoints implements CheckpointStore {
        private final CheckpointStore store;
        private final AtomicInteger failures = new AtomicInteger();
        private final Semaphore gate = new Semaphore(1_000);
        private final List<Long> written = new CopyOnWriteArrayList<>();

        GatedCheckpoints(CheckpointStore store) {
            this.store = store;
        }

        @Override
        public Optional<KeptCheckpoint> find(JobId job) {
            return store.find(job);
        }

        @Override
        public void put(Versioned<MigrationJob> job, KeptCheckpoint checkpoint) {
            gate.acquireUninterruptibly();
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new FerryException(ErrorCode.ZOOKEEPER_UNREACHABLE, "no answer");
            }
            store.put(job, checkpoint);
            written.add(checkpoint.checkpoint().positions().get(StreamId.ONLY).offset());
        }

        @Override
        public void forget(Versioned<MigrationJob> job) {
            store.forget(job);
        }
    }

    private static final class RecordingReporter implements Reporter {
        private final WorkerId worker;
        private final List<Long> acknowledged = new CopyOnWriteArrayList<>();
        private final List<KeptEntry> wished = new CopyOnWriteArrayList<>();
        private final List<LedgerEntry> news = new CopyOnWriteArrayList<>();
        private final List<String> refused = new CopyOnWriteArrayList<>();

        RecordingReporter(WorkerId worker) {
            this.worker = worker;
        }

        @Override
        public WorkerId worker() {
            return worker;
        }

        @Override
        public void acknowledge(
                JobId job, long epoch, long sequence, List<KeptEntry> reconcile, Optional<LedgerEntry> fresh) {
            wished.addAll(reconcile);
            fresh.ifPresent(news::add);
            acknowledged.add(sequence);
        }

        @Override
        public void refuse(JobId job, long epoch, String why) {
            refused.add(why);
        }
    }

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final GatedCheckpoints store = new GatedCheckpoints(new InMemoryCheckpointStore(jobs));
    private final Journal journal = new Journal(new InMemoryJournalStore(), 200);
    private final ErrorLedger ledger = new ErrorLedger(new InMemoryErrorLedgerStore(), 1_000);
    private final RecordingReporter reporter = new RecordingReporter(W1);
    private ReportIntake intake;

    @BeforeEach
    void aRunningJob() {
        jobs.create(runningOn(W1, "orders"));
        intake = with(Duration.ZERO);
    }

    private ReportIntake with(Duration checkpointInterval) {
        return new ReportIntake(
                new JobLifecycle(jobs, journal, Instant::now, () -> {}),
                new CheckpointIntake(store, Instant::now, checkpointInterval),
                ledger,
                journal,
                Instant::now);
    }

    @AfterEach
    void close() {
        intake.close();
    }

    private static Checkpoint at(long offset) {
        return new Checkpoint(Map.of(StreamId.ONLY, new BinlogPosition(1, offset)), "");
    }

    private static JobReport report(long sequence, long offset) {
        return new JobReport(
                ORDERS, 1, sequence, true, Optional.of(at(offset)), false, List.of(), List.of(), Optional.empty());
    }

    private static JobReport ending(long sequence, long offset, Outcome outcome) {
        return new JobReport(
                ORDERS, 1, sequence, true, Optional.of(at(offset)), false, List.of(), List.of(), Optional.of(outcome));
    }

    @Test
    void aReportIsAcknowledgedWhenItsCheckpointIsStored() {
        store.gate.drainPermits();
        intake.take(report(1, 5), reporter);
        assertThat(reporter.acknowledged).isEmpty();

        store.gate.release(10);

        await().until(() -> reporter.acknowledged.contains(1L));
        assertThat(store.find(ORDERS).orElseThrow().checkpoint()).isEqualTo(at(5));
    }

    /** P8: a slow store makes acknowledgements late and fills no queue. */
    @Test
    void ofTheReportsThatWaitOnlyTheLastIsStored() {
        store.gate.drainPermits();
        intake.take(report(1, 1), reporter);
        await().until(store.gate::hasQueuedThreads);
        for (int i = 2; i <= 100; i++) {
            intake.take(report(i, i), reporter);
        }

        store.gate.release(1_000);

        await().until(() -> reporter.acknowledged.contains(100L));
        assertThat(store.written).containsExactly(1L, 100L);
    }

    @Test
    void aCheckpointThatComesTooEarlyIsStoredWhenItIsDue() {
        intake.close();
        intake = with(Duration.ofMillis(300));
        intake.take(report(1, 1), reporter);
        await().until(() -> reporter.acknowledged.contains(1L));

        intake.take(report(2, 2), reporter);
        intake.take(report(3, 3), reporter);

        await().until(() -> reporter.acknowledged.contains(3L));
        assertThat(store.written).containsExactly(1L, 3L);
        assertThat(reporter.acknowledged).containsExactly(1L, 3L);
    }

    @Test
    void whatCannotBeStoredIsTriedAgain() {
        store.failures.set(1);

        intake.take(report(1, 5), reporter);

        await().until(() -> reporter.acknowledged.contains(1L));
        assertThat(store.written).containsExactly(5L);
    }

    @Test
    void theLastWordIsStoredBeforeTheJobIsLetGo() {
        intake.close();
        intake = with(Duration.ofHours(1));
        intake.take(report(1, 1), reporter);
        intake.take(ending(2, 9, new Outcome.Blocked(new Reason(ErrorCode.SOURCE_AUTH, "source refused"))), reporter);

        await().until(() -> reporter.acknowledged.contains(2L));
        MigrationJob job = jobs.find(ORDERS).orElseThrow().value();
        assertThat(job.observed()).isEqualTo(JobState.BLOCKED);
        assertThat(job.reason()).contains(new Reason(ErrorCode.SOURCE_AUTH, "source refused"));
        assertThat(store.find(ORDERS).orElseThrow().checkpoint()).isEqualTo(at(9));
    }

    @Test
    void aRewindIsAcceptedAndToldOf() {
        intake.take(report(1, 9), reporter);
        await().until(() -> reporter.acknowledged.contains(1L));

        intake.take(
                new JobReport(ORDERS, 1, 2, true, Optional.of(at(4)), true, List.of(), List.of(), Optional.empty()),
                reporter);

        await().until(() -> reporter.acknowledged.contains(2L));
        assertThat(store.find(ORDERS).orElseThrow().checkpoint()).isEqualTo(at(4));
        assertThat(journal.read(ORDERS))
                .extracting(JournalEntry::message)
                .containsExactly("the target lost confirmed writes; db0.0 goes back from 1:9 to 1:4");
    }

    /** A report that replaces one that waits must not lose the permission to go back. */
    @Test
    void aRewindThatWaitsIsNotForgottenByALaterReport() {
        intake.take(report(1, 9), reporter);
        await().until(() -> reporter.acknowledged.contains(1L));
        store.gate.drainPermits();
        intake.take(report(2, 10), reporter);
        await().until(store.gate::hasQueuedThreads);
        intake.take(
                new JobReport(ORDERS, 1, 3, true, Optional.of(at(4)), true, List.of(), List.of(), Optional.empty()),
                reporter);
        intake.take(report(4, 5), reporter);

        store.gate.release(1_000);

        await().until(() -> reporter.acknowledged.contains(4L));
        assertThat(store.find(ORDERS).orElseThrow().checkpoint()).isEqualTo(at(5));
    }

    @Test
    void aCheckpointThatGoesBackIsToldOfOnceAndTheReportAcknowledged() {
        intake.take(report(1, 9), reporter);
        await().until(() -> reporter.acknowledged.contains(1L));

        intake.take(report(2, 4), reporter);
        await().until(() -> reporter.acknowledged.contains(2L));
        intake.take(report(3, 5), reporter);
        await().until(() -> reporter.acknowledged.contains(3L));

        assertThat(store.find(ORDERS).orElseThrow().checkpoint()).isEqualTo(at(9));
        assertThat(journal.read(ORDERS))
                .extracting(JournalEntry::message)
                .containsExactly("FERRY-1104: job orders: the checkpoint of w1 goes back in db0.0, from 1:9 to 1:4");
    }

    /** P4. */
    @Test
    void whoDoesNotHoldTheJobIsToldToLetGo() {
        RecordingReporter stranger = new RecordingReporter(W2);

        intake.take(report(1, 9), stranger);

        await().until(() -> !stranger.refused.isEmpty());
        assertThat(stranger.refused).containsExactly("job orders is at epoch 1 with w1");
        assertThat(stranger.acknowledged).isEmpty();
        assertThat(store.find(ORDERS)).isEmpty();
    }

    /** Or it would be repeated for ever. */
    @Test
    void theLastWordOfWhoDoesNotHoldTheJobIsAcknowledgedAndPassedOver() {
        RecordingReporter stranger = new RecordingReporter(W2);

        intake.take(ending(7, 9, new Outcome.Completed()), stranger);

        await().until(() -> stranger.acknowledged.contains(7L));
        assertThat(jobs.find(ORDERS).orElseThrow().value().observed()).isEqualTo(JobState.RUNNING);
    }

    private static LedgerEntry entry(EntryState state, long count) {
        return new LedgerEntry(
                "a",
                "FERRY-2301",
                "SADD",
                "SADD onto a string",
                Bytes.utf8("k"),
                1,
                0,
                StreamId.ONLY,
                Optional.empty(),
                NOON,
                count,
                state);
    }

    private static JobReport report(long sequence, LedgerEntry entry) {
        return new JobReport(
                ORDERS,
                1,
                sequence,
                false,
                Optional.empty(),
                false,
                List.of(new ErrorLedger.Told(entry, false)),
                List.of(),
                Optional.empty());
    }

    /** Level-triggered: whoever holds the job hears of the wish with each acknowledgement, until it has answered. */
    @Test
    void aWishGoesOutWithEachAcknowledgementUntilItIsAnswered() {
        intake.take(report(1, entry(EntryState.OPEN, 1)), reporter);
        await().until(() -> reporter.acknowledged.contains(1L));
        ledger.settle(ORDERS, ErrorLedger.Settlement.RECONCILE, List.of("a"));

        intake.take(report(2, entry(EntryState.OPEN, 1)), reporter);
        await().until(() -> reporter.acknowledged.contains(2L));
        intake.take(report(3, entry(EntryState.OPEN, 1)), reporter);
        await().until(() -> reporter.acknowledged.contains(3L));
        assertThat(reporter.wished)
                .as("the worker repeats what it told before, which is no answer")
                .hasSize(2);

        intake.take(report(4, entry(EntryState.RESOLVED, 1)), reporter);
        await().until(() -> reporter.acknowledged.contains(4L));
        assertThat(reporter.wished).hasSize(2);
        assertThat(ledger.read(ORDERS).open()).isZero();
    }

    /** Policy stop: it is the first report of an entry that stops a job, however often it is repeated. */
    @Test
    void anEntryIsNewsOnce() {
        intake.take(report(1, entry(EntryState.OPEN, 1)), reporter);
        await().until(() -> reporter.acknowledged.contains(1L));
        intake.take(report(2, entry(EntryState.OPEN, 1)), reporter);
        await().until(() -> reporter.acknowledged.contains(2L));

        assertThat(reporter.news).containsExactly(entry(EntryState.OPEN, 1));
    }

    @Test
    void entriesAreStoredBeforeTheyAreAcknowledged() {
        LedgerEntry entry = entry(EntryState.OPEN, 1);
        JournalEntry line = new JournalEntry(NOON, "precheck", "target is empty", 1, Optional.of(W1), "worker w1");

        intake.take(
                new JobReport(
                        ORDERS,
                        1,
                        1,
                        false,
                        Optional.empty(),
                        false,
                        List.of(new ErrorLedger.Told(entry, false)),
                        List.of(line),
                        Optional.empty()),
                reporter);

        await().until(() -> reporter.acknowledged.contains(1L));
        assertThat(ledger.read(ORDERS).entries()).singleElement().satisfies(kept -> assertThat(kept.entry())
                .isEqualTo(entry));
        assertThat(journal.read(ORDERS)).containsExactly(line);
    }
}
