package io.pikaferry.coordinator.assignment;

import static io.pikaferry.coordinator.job.Jobs.FIRST;
import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static io.pikaferry.coordinator.job.Jobs.pending;
import static io.pikaferry.coordinator.job.Jobs.runningOn;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.coordinator.checkpoint.CheckpointIntake;
import io.pikaferry.coordinator.checkpoint.InMemoryCheckpointStore;
import io.pikaferry.coordinator.job.InMemoryJobStore;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobLifecycle;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.JobSubmission;
import io.pikaferry.coordinator.job.Jobs;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.ledger.InMemoryJournalStore;
import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.membership.Greeting;
import io.pikaferry.coordinator.membership.InMemoryWorkerStore;
import io.pikaferry.coordinator.membership.KnownWorker;
import io.pikaferry.coordinator.membership.RecordingLine;
import io.pikaferry.coordinator.membership.WorkerRegistry;
import io.pikaferry.coordinator.membership.WorkerRegistry.Timing;
import io.pikaferry.coordinator.membership.WorkerSession;
import io.pikaferry.coordinator.secret.InMemorySecretStore;
import io.pikaferry.coordinator.secret.Secrets;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The loop, one round at a time, at times the test says. */
class AssignmentLoopTest {

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final InMemoryWorkerStore workers = new InMemoryWorkerStore();
    private final InMemorySecretStore secretStore = new InMemorySecretStore();
    private final Journal journal = new Journal(new InMemoryJournalStore(), 200);
    private final RecordingLine line1 = new RecordingLine();
    private final RecordingLine line2 = new RecordingLine();
    private Instant now = NOON;
    private final JobLifecycle lifecycle = new JobLifecycle(jobs, journal, () -> now, () -> {});
    private final FullSyncSlots slots = new FullSyncSlots(2);
    private WorkerRegistry registry = newRegistry();
    private AssignmentLoop loop = newLoop();

    private WorkerRegistry newRegistry() {
        return new WorkerRegistry(new Timing(Duration.ofSeconds(6), Duration.ofSeconds(2), Duration.ofSeconds(2)), now);
    }

    private AssignmentLoop newLoop() {
        return new AssignmentLoop(
                jobs,
                lifecycle,
                new CheckpointIntake(new InMemoryCheckpointStore(jobs), () -> now, Duration.ofSeconds(1)),
                secrets(0),
                registry,
                workers,
                slots,
                () -> now,
                Duration.ofSeconds(1),
                "c1");
    }

    private Secrets secrets(int key) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) key;
        return new Secrets(secretStore, new SecretKeySpec(bytes, "AES"), "secret.key");
    }

    private WorkerSession attach(WorkerId worker, String incarnation, RecordingLine line, Map<JobId, Long> held) {
        return registry.attach(new Greeting(worker, incarnation, "10.0.0.1", 8, "0.1", Map.of(), held), line, now);
    }

    private void rounds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            now = now.plusSeconds(1);
            loop.round();
        }
    }

    private MigrationJob orders() {
        return jobs.find(ORDERS).orElseThrow().value();
    }

    /** A coordinator dies and another takes over: it knows what is stored and nothing else. */
    private void changeOfLeader() {
        registry = newRegistry();
        workers.all().forEach(worker -> registry.expect(worker, now));
        loop = newLoop();
    }

    @Test
    void aPendingJobIsStoredAsAssignedAndThenTold() {
        jobs.create(pending("orders"));
        attach(W1, FIRST, line1, Map.of());

        loop.round();

        assertThat(orders().isHeldBy(W1, 1)).isTrue();
        assertThat(line1.said).containsExactly("assign orders 1");
        assertThat(workers.all()).extracting(KnownWorker::id).containsExactly(W1);
    }

    @Test
    void changedLimitsAreToldOnceUnderTheSameEpochAndAgainInTheNextSession() {
        jobs.create(pending("orders"));
        attach(W1, FIRST, line1, Map.of());
        loop.round();
        assertThat(line1.tuned).isEmpty(); // the assignment has them

        lifecycle.handle(
                ORDERS,
                new JobEvent.LimitsSet(OptionalLong.of(500), OptionalLong.empty(), Optional.empty()),
                "operator");
        rounds(2);
        String told = "tune orders 1: 500 commands/s, unlimited bytes/s, throttle AUTO";
        assertThat(line1.tuned).containsExactly(told);
        assertThat(line1.said).containsExactly("assign orders 1");

        attach(W1, FIRST, line2, Map.of(ORDERS, 1L));
        rounds(2);
        assertThat(line2.tuned).containsExactly(told); // what was said into a broken line is lost
        assertThat(journal.read(ORDERS)).extracting(JournalEntry::message).contains("from now on rate-commands 500");
    }

    @Test
    void whatWasToldIsNotToldAgainInTheSameSession() {
        jobs.create(pending("orders"));
        attach(W1, FIRST, line1, Map.of());
        loop.round();
        lifecycle.handle(ORDERS, new JobEvent.PauseRequested(), "operator");

        rounds(3);

        assertThat(line1.said).containsExactly("assign orders 1", "revoke orders 1: the operator wants PAUSE");
    }

    @Test
    void aNewSessionIsToldWhatTheWorkerDoesNotHold() {
        jobs.create(pending("orders"));
        attach(W1, FIRST, line1, Map.of());
        loop.round();
        lifecycle.handle(ORDERS, new JobEvent.PauseRequested(), "operator");
        loop.round();

        attach(W1, FIRST, line2, Map.of());
        loop.round();

        assertThat(line2.said).containsExactly("assign orders 1", "revoke orders 1: the operator wants PAUSE");
    }

    @Test
    void aNewLeaderDoesNotBalanceBeforeTheWorkersHadTimeToComeBack() {
        attach(W1, FIRST, line1, Map.of());
        attach(W2, FIRST, line2, Map.of());
        loop.round();
        changeOfLeader();
        jobs.create(pending("orders"));

        attach(W1, FIRST, line1, Map.of());
        rounds(5);
        assertThat(orders().observed()).isEqualTo(JobState.PENDING);

        attach(W2, FIRST, line2, Map.of());
        loop.round();
        assertThat(orders().observed()).isEqualTo(JobState.RUNNING);
    }

    /** A coordinator's death must never restart a job. */
    @Test
    void aNewLeaderLeavesAloneWhatComesBackHeld() {
        jobs.create(runningOn(W1, "orders"));
        attach(W1, FIRST, line1, Map.of());
        loop.round();
        changeOfLeader();

        rounds(3);
        attach(W1, FIRST, line2, Map.of(ORDERS, 1L));
        rounds(3);

        assertThat(orders().isHeldBy(W1, 1)).isTrue();
        assertThat(line2.said).isEmpty();
    }

    @Test
    void aNewLeaderTakesAwayWhatDoesNotComeBack() {
        jobs.create(runningOn(W1, "orders"));
        attach(W1, FIRST, line1, Map.of());
        loop.round();
        changeOfLeader();

        rounds(5);
        attach(W2, FIRST, line2, Map.of());
        assertThat(orders().isHeldBy(W1, 1)).isTrue();
        rounds(2);

        assertThat(orders().isHeldBy(W2, 2)).isTrue();
        assertThat(orders().failovers()).isEqualTo(1);
    }

    @Test
    void aRestartedWorkerGetsItsJobsUnderNewEpochs() {
        jobs.create(runningOn(W1, "orders"));
        registry.expect(new KnownWorker(W1, "h", 8, "0.1", Map.of(), false, false, NOON, false), now);

        attach(W1, "second", line1, Map.of());
        loop.round();

        assertThat(line1.said).containsExactly("assign orders 2");
        assertThat(orders().failovers()).isEqualTo(1);
    }

    @Test
    void whatAWorkerHoldsThatIsNotItsOwnIsRevoked() {
        jobs.create(runningOn(W1, "orders"));
        attach(W1, FIRST, line1, Map.of(ORDERS, 1L));

        attach(W2, FIRST, line2, Map.of(ORDERS, 1L, new JobId("deleted"), 7L));
        loop.round();

        assertThat(line1.said).isEmpty();
        assertThat(line2.said)
                .containsExactlyInAnyOrder(
                        "revoke orders 1: the job is not this worker's under epoch 1",
                        "revoke deleted 7: the job is not this worker's under epoch 7");
    }

    @Test
    void aPasswordThatCannotBeReadBlocksTheJob() {
        new JobSubmission(jobs, lifecycle, secrets(9), journal, () -> now, () -> {})
                .submit(Jobs.spec("orders"), Optional.of(Bytes.utf8("hunter2")), Optional.empty(), false);
        attach(W1, FIRST, line1, Map.of());

        loop.round();

        assertThat(line1.said).isEmpty();
        assertThat(orders().observed()).isEqualTo(JobState.BLOCKED);
        assertThat(orders().reason().orElseThrow().code()).isEqualTo(ErrorCode.SECRET_UNREADABLE);
        assertThat(orders().reason().orElseThrow().message())
                .isEqualTo("secret orders.source cannot be decrypted with the key in secret.key");
    }

    @Test
    void aWorkerThatWasLostForADayIsForgotten() {
        attach(W1, FIRST, line1, Map.of());
        rounds(7);
        assertThat(workers.all()).hasSize(1);

        now = now.plus(Duration.ofDays(1));
        loop.round();

        assertThat(workers.all()).isEmpty();
        assertThat(registry.members()).isEmpty();
    }
}
