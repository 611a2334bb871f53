package io.pikaferry.coordinator.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.pikaferry.coordinator.leadership.FakeCluster;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.Assign;
import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.Checkpoint;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.Completed;
import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.FullSync;
import io.pikaferry.proto.v1.FullSyncSlot;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListWorkersRequest;
import io.pikaferry.proto.v1.MoveJobRequest;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Released;
import io.pikaferry.proto.v1.ResumeJobRequest;
import io.pikaferry.proto.v1.SettleAction;
import io.pikaferry.proto.v1.SettleErrorsRequest;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.StreamPosition;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.WorkerRequest;
import io.pikaferry.proto.v1.WorkerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operators, a leader and workers, over gRPC in one process; nothing faked but the stores and what workers do. */
@Timeout(60)
class SessionTest {

    private final FakeCluster cluster = new FakeCluster(FakeCluster.QUICK);
    private final List<FakeWorker> workers = new ArrayList<>();
    private InProcessDoors doors;
    private ManagedChannel channel;
    private JobsGrpc.JobsBlockingStub jobs;
    private ClusterGrpc.ClusterBlockingStub workersDoor;

    @BeforeEach
    void start() {
        doors = new InProcessDoors(cluster);
        channel = doors.channel();
        jobs = doors.jobs();
        workersDoor = doors.cluster();
        cluster.lead();
    }

    @AfterEach
    void stop() {
        workers.forEach(FakeWorker::close);
        cluster.close();
        doors.close();
    }

    private FakeWorker worker(String id) {
        return worker(id, "first", 10);
    }

    private FakeWorker worker(String id, String incarnation, int capacity) {
        FakeWorker worker = new FakeWorker(id, incarnation, capacity);
        workers.add(worker);
        worker.attach(channel);
        await().until(() -> workersDoor.listWorkers(ListWorkersRequest.getDefaultInstance()).getWorkersList().stream()
                .anyMatch(view -> view.getId().equals(id) && view.getState().equals("connected")));
        return worker;
    }

    private static SubmitJobRequest.Builder submission(String name) {
        return SubmitJobRequest.newBuilder()
                .setSpec(JobSpec.newBuilder()
                        .setName(name)
                        .setSource(Source.newBuilder().setHost("10.0.0.5").setPort(9221))
                        .setTarget(Target.newBuilder().setUri("redis://10.0.0.9:6379")));
    }

    private JobView submit(String name) {
        return jobs.submitJob(submission(name).build()).getJob();
    }

    private JobView get(String name) {
        return jobs.getJob(JobRequest.newBuilder().setName(name).build());
    }

    private void awaitThat(Callable<Boolean> holds) {
        await().until(holds);
    }

    private JobView awaitRunning(String name, String worker) {
        awaitThat(() -> get(name).getState() == ObservedState.RUNNING
                && get(name).getWorker().equals(worker));
        return get(name);
    }

    private void awaitState(String name, ObservedState state) {
        awaitThat(() -> get(name).getState() == state);
    }

    @Test
    void aSubmittedJobRunsOnAWorkerAndShowsItsProgress() {
        FakeWorker worker = worker("w1");

        JobView submitted = submit("orders");

        assertThat(submitted.getState()).isEqualTo(ObservedState.PENDING);
        awaitRunning("orders", "w1");
        awaitThat(() -> get("orders").getProgress().getPhase() == Phase.TAIL);
        awaitThat(() -> get("orders").getProgress().getStreamsCount() == 1);
        assertThat(worker.assigns).hasSize(1);
        assertThat(worker.assigns.get(0).getEpoch()).isEqualTo(1);
        assertThat(worker.assigns.get(0).hasCheckpoint()).isFalse();
        assertThat(worker.messages.get(0).getWelcome().getLeaseMillis()).isEqualTo(1_500);
    }

    @Test
    void aJobWithoutAWorkerSaysWhyItWaits() {
        submit("orders");

        awaitThat(() -> get("orders").hasReason());
        assertThat(get("orders").getReason().getCode()).isEqualTo(ErrorCode.NO_WORKER.id());
        assertThat(get("orders").getReason().getMessage())
                .isEqualTo("no worker is connected that takes jobs (0 known)");
    }

    /** P9: the jobs of a killed worker are assigned elsewhere after the grace. */
    @Test
    void aKilledWorkersJobsGoOnElsewhereFromTheLastCheckpoint() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        awaitThat(() -> get("orders").getProgress().getStreamsCount() == 1);
        FakeWorker second = worker("w2");

        first.die();

        JobView moved = awaitRunning("orders", "w2");
        assertThat(moved.getEpoch()).isEqualTo(2);
        assertThat(moved.getFailovers()).isEqualTo(1);
        awaitThat(() -> second.assigns.size() == 1);
        assertThat(second.assigns.get(0).getCheckpoint().getPositionsCount()).isEqualTo(1);
        assertThat(events("orders")).anySatisfy(event -> {
            assertThat(event.getKind()).isEqualTo("failover");
            assertThat(event.getMessage())
                    .isEqualTo("worker w1 lost: its connection broke and it did not come back; now PENDING");
        });
    }

    @Test
    void aSilentWorkerLosesItsJobsWhenItsLeaseIsOver() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        worker("w2");

        first.fallSilent();

        awaitRunning("orders", "w2");
        assertThat(events("orders")).anySatisfy(event -> assertThat(event.getMessage())
                .isEqualTo("worker w1 lost: silent for 1500 ms; now PENDING"));
    }

    @Test
    void aRestartedWorkerLosesItsJobsAtOnceAndGetsThemBack() {
        worker("w1").fallSilent();
        submit("orders");
        awaitRunning("orders", "w1");

        FakeWorker restarted = worker("w1", "second", 10);

        awaitThat(() -> restarted.assigns.size() == 1);
        assertThat(restarted.assigns.get(0).getEpoch()).isEqualTo(2);
        assertThat(events("orders")).anySatisfy(event -> assertThat(event.getMessage())
                .isEqualTo("worker w1 lost: it was restarted; now PENDING"));
    }

    @Test
    void aWorkerThatComesBackWithinTheGraceKeepsItsJobs() {
        FakeWorker worker = worker("w1");
        worker("w2");
        submit("orders");
        awaitThat(() -> get("orders").getState() == ObservedState.RUNNING);
        FakeWorker holder = workers.stream()
                .filter(each -> !each.held().isEmpty())
                .findFirst()
                .orElse(worker);
        awaitThat(() -> !holder.held().isEmpty());

        holder.disconnect();
        holder.attach(channel);

        awaitThat(() -> holder.messages.stream().filter(m -> m.hasWelcome()).count() == 2);
        awaitThat(() -> get("orders").getProgressAtMillis() > 0);
        assertThat(get("orders").getEpoch()).isEqualTo(1);
        assertThat(holder.assigns).hasSize(1);
        assertThat(holder.revokes).isEmpty();
    }

    @Test
    void whatAWorkerHoldsUnderAnOldEpochIsRevoked() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        awaitThat(() -> !first.held().isEmpty());
        worker("w2");
        first.letsGo = false;

        first.fallSilent();
        awaitRunning("orders", "w2");
        first.attach(channel);

        awaitThat(() -> !first.revokes.isEmpty());
        assertThat(first.revokes.get(0).getEpoch()).isEqualTo(1);
        assertThat(first.revokes.get(0).getWhy()).isEqualTo("the job is not this worker's under epoch 1");
    }

    @Test
    void aPausedJobIsLetGoAndResumesFromItsLastCheckpoint() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> get("orders").getProgress().getStreamsCount() == 1);

        jobs.pauseJob(JobRequest.newBuilder().setName("orders").build());

        awaitState("orders", ObservedState.PAUSED);
        long released = get("orders").getProgress().getStreams(0).getPosition().getOffset();
        assertThat(get("orders").getProgress().getPhase()).isEqualTo(Phase.PHASE_UNSPECIFIED);
        assertThat(get("orders").getWorker()).isEmpty();

        jobs.resumeJob(ResumeJobRequest.newBuilder().setName("orders").build());
        awaitThat(() -> worker.assigns.size() == 2);
        Assign second = worker.assigns.get(1);
        assertThat(second.getEpoch()).isEqualTo(2);
        assertThat(second.getForceFullSync()).isFalse();
        assertThat(second.getCheckpoint().getPositions(0).getPosition().getOffset())
                .isEqualTo(released);
    }

    @Test
    void aForcedFullSyncForgetsTheCheckpointOnce() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> get("orders").getProgress().getStreamsCount() == 1);
        jobs.pauseJob(JobRequest.newBuilder().setName("orders").build());
        awaitState("orders", ObservedState.PAUSED);
        worker.phase = Phase.WAITING_DUMP;

        jobs.resumeJob(ResumeJobRequest.newBuilder()
                .setName("orders")
                .setForceFullSync(true)
                .build());

        awaitThat(() -> worker.assigns.size() == 2);
        assertThat(worker.assigns.get(1).getForceFullSync()).isTrue();
        assertThat(worker.assigns.get(1).hasCheckpoint()).isFalse();
        assertThat(get("orders").getProgress().getStreamsList()).isEmpty();

        worker.phase = Phase.LOAD;
        awaitThat(() ->
                events("orders").stream().anyMatch(event -> event.getKind().equals("full-sync")));
        worker.phase = Phase.TAIL;
        awaitThat(() -> get("orders").getProgress().getPhase() == Phase.TAIL);
        jobs.pauseJob(JobRequest.newBuilder().setName("orders").build());
        awaitState("orders", ObservedState.PAUSED);
        jobs.resumeJob(ResumeJobRequest.newBuilder().setName("orders").build());
        awaitThat(() -> worker.assigns.size() == 3);
        assertThat(worker.assigns.get(2).getForceFullSync()).isFalse();
        assertThat(worker.assigns.get(2).hasCheckpoint()).isTrue();
    }

    @Test
    void aSpecThatForcesAFullSyncIsNotForcedAgainAfterAFailover() {
        FakeWorker first = worker("w1");
        SubmitJobRequest.Builder forced = submission("orders");
        forced.getSpecBuilder().setFullSync(FullSync.FULL_SYNC_FORCE);
        jobs.submitJob(forced.build());
        awaitThat(() -> !first.assigns.isEmpty());
        assertThat(first.assigns.get(0).getForceFullSync()).isTrue();
        awaitThat(() ->
                events("orders").stream().anyMatch(event -> event.getKind().equals("full-sync")));
        FakeWorker second = worker("w2");

        first.die();

        awaitThat(() -> !second.assigns.isEmpty());
        assertThat(second.assigns.get(0).getForceFullSync()).isFalse();
    }

    @Test
    void aBlockedJobSaysWhyAndWaitsForTheOperator() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> !worker.held().isEmpty());

        worker.release(Released.newBuilder()
                .setLast(JobReport.newBuilder().setName("orders").setEpoch(1).setReportSequence(99))
                .setBlocked(Reason.newBuilder().setCode("FERRY-2004").setMessage("source 10.0.0.5:9221 refused"))
                .build());

        awaitState("orders", ObservedState.BLOCKED);
        assertThat(get("orders").getReason().getCode()).isEqualTo("FERRY-2004");
        assertThat(get("orders").getReason().getBlame()).isEqualTo("OPERATOR");
        assertThat(get("orders").getReason().getMessage()).isEqualTo("source 10.0.0.5:9221 refused");
        awaitThat(() -> worker.acknowledged.stream()
                .anyMatch(ack -> ack.getJobsList().stream().anyMatch(job -> job.getReportSequence() == 99)));
        assertThat(worker.assigns).hasSize(1);

        // the same spec with the right password leaves it blocked; resuming gives it out with that password
        jobs.submitJob(submission("orders")
                .setSourcePassword(ByteString.copyFromUtf8("right"))
                .build());
        assertThat(get("orders").getState()).isEqualTo(ObservedState.BLOCKED);
        jobs.resumeJob(ResumeJobRequest.newBuilder().setName("orders").build());
        awaitThat(() -> worker.assigns.size() == 2);
        assertThat(worker.assigns.get(1).getSourcePassword().toStringUtf8()).isEqualTo("right");
        assertThat(worker.assigns.get(1).getSpec().getSource().getHasPassword()).isTrue();
    }

    @Test
    void aCompletedJobIsCompleted() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> !worker.held().isEmpty());

        worker.release(Released.newBuilder()
                .setLast(JobReport.newBuilder().setName("orders").setEpoch(1))
                .setCompleted(Completed.getDefaultInstance())
                .build());

        awaitState("orders", ObservedState.COMPLETED);
    }

    @Test
    void aMovedJobGoesWhereItIsWanted() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        worker("w2");
        FakeWorker third = worker("w3");

        jobs.moveJob(
                MoveJobRequest.newBuilder().setName("orders").setWorker("w3").build());

        JobView moved = awaitRunning("orders", "w3");
        assertThat(moved.getEpoch()).isEqualTo(2);
        assertThat(moved.getFailovers()).isZero();
        assertThat(first.revokes).extracting(revoke -> revoke.getWhy()).containsExactly("the operator moves it");
        awaitThat(() -> third.assigns.size() == 1);
        assertThat(third.assigns.get(0).hasCheckpoint()).isTrue();
    }

    @Test
    void aJobIsNotMovedToWhereItCannotRun() {
        worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        worker("w2", "first", 0);
        worker("w3");
        workersDoor.cordonWorker(WorkerRequest.newBuilder().setId("w3").build());

        assertRefused(Status.Code.NOT_FOUND, "FERRY-1006: there is no worker named w9", "w9");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "FERRY-1003: job orders cannot be moved to worker w2: it has no free slot (0 of 0 in use)",
                "w2");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "FERRY-1003: job orders cannot be moved to worker w3: it is cordoned",
                "w3");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "FERRY-1003: job orders cannot be moved: no other worker is connected that could take it",
                "");
        assertThat(get("orders").getEpoch()).isEqualTo(1);
    }

    private void assertRefused(Status.Code status, String message, String worker) {
        assertThatThrownBy(() -> jobs.moveJob(MoveJobRequest.newBuilder()
                        .setName("orders")
                        .setWorker(worker)
                        .build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(status);
                    assertThat(e.getStatus().getDescription()).isEqualTo(message);
                });
    }

    @Test
    void aDrainedWorkerGivesItsJobsAwayAndGetsNone() {
        FakeWorker first = worker("w1");
        for (String job : List.of("a", "b", "c")) {
            submit(job);
            awaitRunning(job, "w1");
        }
        worker("w2");

        WorkerView drained =
                workersDoor.drainWorker(WorkerRequest.newBuilder().setId("w1").build());

        assertThat(drained.getDraining()).isTrue();
        for (String job : List.of("a", "b", "c")) {
            assertThat(awaitRunning(job, "w2").getFailovers()).isZero();
        }
        assertThat(first.revokes).hasSize(3);
        submit("d");
        awaitRunning("d", "w2");
    }

    /** P6, P9: draining with nowhere to go must not stop the data. */
    @Test
    void aDrainedWorkerKeepsWhatFitsNowhereElse() {
        FakeWorker first = worker("w1");
        for (String job : List.of("a", "b", "c")) {
            submit(job);
            awaitRunning(job, "w1");
        }
        worker("w2", "first", 2);

        workersDoor.drainWorker(WorkerRequest.newBuilder().setId("w1").build());

        awaitRunning("a", "w2");
        awaitRunning("b", "w2");
        assertThat(get("c").getWorker()).isEqualTo("w1");
        assertThat(first.revokes).hasSize(2);
    }

    @Test
    void aLeavingWorkersJobsGoElsewhereWithTheirLastCheckpoint() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitThat(() -> get("orders").getProgress().getStreamsCount() == 1);
        FakeWorker second = worker("w2");

        first.leave();

        JobView moved = awaitRunning("orders", "w2");
        assertThat(moved.getFailovers()).isZero();
        assertThat(moved.getEpoch()).isEqualTo(2);
        awaitThat(() -> second.assigns.size() == 1);
        assertThat(second.assigns.get(0).hasCheckpoint()).isTrue();
        assertThat(first.revokes).extracting(revoke -> revoke.getWhy()).containsExactly("the worker is leaving");
    }

    /** A change of leader must not restart a job. */
    @Test
    void aNewLeaderLeavesRunningJobsWhereTheyAre() {
        FakeWorker first = worker("w1");
        FakeWorker second = worker("w2");
        submit("a");
        submit("b");
        awaitThat(() -> first.held().size() == 1 && second.held().size() == 1);
        awaitThat(() -> get("a").getProgress().getStreamsCount() == 1);
        String holder = get("a").getWorker();

        cluster.resign();
        awaitThat(() -> !first.connected() && !second.connected());
        assertThat(first.messages.get(first.messages.size() - 1).hasRedirect()).isTrue();
        cluster.lead();
        JobView before = get("a");
        first.attach(channel);
        second.attach(channel);

        awaitThat(() -> get("a").getProgressAtMillis() > 0 && get("b").getProgressAtMillis() > 0);
        assertThat(before.getProgress().getStreams(0).getLagBytes()).isEqualTo(-1);
        assertThat(get("a").getWorker()).isEqualTo(holder);
        assertThat(List.of(get("a"), get("b"))).allSatisfy(job -> {
            assertThat(job.getEpoch()).isEqualTo(1);
            assertThat(job.getFailovers()).isZero();
        });
        assertThat(first.assigns).hasSize(1);
        assertThat(second.assigns).hasSize(1);
    }

    @Test
    void aNewLeaderTakesTheJobsOfAWorkerThatDoesNotComeBackAfterALease() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        FakeWorker second = worker("w2");

        cluster.resign();
        first.die();
        cluster.lead();
        second.attach(channel);

        JobView moved = awaitRunning("orders", "w2");
        assertThat(moved.getEpoch()).isEqualTo(2);
        assertThat(events("orders")).anySatisfy(event -> assertThat(event.getMessage())
                .isEqualTo("worker w1 lost: did not come back after the change of leader; now PENDING"));
    }

    /** P6: two of one host at once, whoever leads and wherever they run. */
    @Test
    void snapshotsOfOneHostAreTakenInTurns() {
        FakeWorker first = worker("w1");
        FakeWorker second = worker("w2");
        List<String> names = List.of("a", "b", "c");
        for (String name : names) {
            first.slots.put(name, FullSyncSlot.FULL_SYNC_SLOT_WANTED);
            second.slots.put(name, FullSyncSlot.FULL_SYNC_SLOT_WANTED);
            submit(name);
        }
        Callable<List<String>> waiting =
                () -> names.stream().filter(name -> get(name).hasReason()).toList();
        awaitThat(() -> first.held().size() + second.held().size() == 3);
        awaitThat(() -> holding(first) + holding(second) == 2 && waiting.call().size() == 1);
        String last =
                names.stream().filter(name -> get(name).hasReason()).findFirst().orElseThrow();
        assertThat(get(last).getReason().getCode()).isEqualTo(ErrorCode.FULL_SYNC_WAITS.id());
        assertThat(get(last).getReason().getMessage())
                .isEqualTo("waiting for a full-sync slot: 2 of 2 in use at 10.0.0.5");

        cluster.resign();
        awaitThat(() -> !first.connected() && !second.connected());
        cluster.lead();
        first.attach(channel);
        second.attach(channel);
        awaitThat(() -> waiting.call().equals(List.of(last)));
        assertThat(holding(first) + holding(second)).isEqualTo(2);

        String done =
                names.stream().filter(name -> !name.equals(last)).findFirst().orElseThrow();
        first.slots.remove(done);
        second.slots.remove(done);

        awaitThat(() -> waiting.call().isEmpty() && holding(first) + holding(second) == 2);
    }

    private static long holding(FakeWorker worker) {
        return worker.held().keySet().stream()
                .filter(job -> worker.slots.get(job) == FullSyncSlot.FULL_SYNC_SLOT_HELD)
                .count();
    }

    /** A leader that dies between storing an assignment and telling it loses nothing. */
    @Test
    void anAssignmentThatWasNeverToldIsToldAgainUnderTheSameEpoch() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> !worker.held().isEmpty());
        cluster.resign();
        worker.held().clear(); // as if Assign had been lost on its way

        cluster.lead();
        worker.attach(channel);

        awaitThat(() -> worker.assigns.size() == 2);
        assertThat(worker.assigns.get(1).getEpoch()).isEqualTo(1);
        assertThat(get("orders").getFailovers()).isZero();
    }

    @Test
    void aStandbySendsOperatorsAndWorkersToTheLeader() {
        cluster.resign();
        FakeWorker worker = new FakeWorker("w1", "first", 10);
        workers.add(worker);

        worker.attach(channel);

        awaitThat(() -> !worker.messages.isEmpty());
        assertThat(worker.messages.get(0).getRedirect().getLeader()).isEqualTo("leader.example:7070");
        assertThatThrownBy(() -> submit("orders")).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(e.getTrailers().get(Replies.ERROR_CODE)).isEqualTo("FERRY-1103");
            assertThat(e.getTrailers().get(Replies.LEADER)).isEqualTo("leader.example:7070");
        });
    }

    @Test
    void submittingTwiceIsSubmittingOnce() {
        assertThat(jobs.submitJob(submission("orders").build()).getCreated()).isTrue();

        assertThat(jobs.submitJob(submission("orders").build()).getCreated()).isFalse();
    }

    @Test
    void anotherSpecUnderTheSameNameIsRefusedWithTheDifference() {
        submit("orders");
        SubmitJobRequest.Builder other = submission("orders");
        other.getSpecBuilder().getTargetBuilder().setUri("redis://10.0.0.8:6379");

        assertThatThrownBy(() -> jobs.submitJob(other.build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
                    assertThat(e.getStatus().getDescription())
                            .isEqualTo("FERRY-1002: job orders exists with another spec: its target is"
                                    + " redis://10.0.0.9:6379/0, submitted was redis://10.0.0.8:6379/0");
                });
    }

    @Test
    void aSpecThatCannotBeIsRefused() {
        SubmitJobRequest.Builder nameless = submission("No Name");
        assertThatThrownBy(() -> jobs.submitJob(nameless.build()))
                .hasMessageContaining("INVALID_ARGUMENT: FERRY-1004: job id must match");
        SubmitJobRequest.Builder portless = submission("orders");
        portless.getSpecBuilder().getSourceBuilder().setPort(0);
        assertThatThrownBy(() -> jobs.submitJob(portless.build()))
                .hasMessage("INVALID_ARGUMENT: FERRY-1004: source: port must be 1..65535, got 0");
    }

    @Test
    void aPausedSubmissionIsNotStarted() {
        FakeWorker worker = worker("w1");

        JobView paused =
                jobs.submitJob(submission("orders").setPaused(true).build()).getJob();
        submit("users");

        assertThat(paused.getState()).isEqualTo(ObservedState.PAUSED);
        awaitRunning("users", "w1");
        assertThat(worker.assigns).extracting(Assign::getName).containsExactly("users");
    }

    @Test
    void aRunningJobIsNotDeletedAndADeletedOneGoesOnCountingEpochs() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        JobRequest orders = JobRequest.newBuilder().setName("orders").build();

        assertThatThrownBy(() -> jobs.deleteJob(orders))
                .hasMessage("FAILED_PRECONDITION: FERRY-1003: job orders is RUNNING and cannot be deleted;"
                        + " pause or stop it first");

        jobs.stopJob(orders);
        awaitState("orders", ObservedState.STOPPED);
        var unused = jobs.deleteJob(orders);
        assertThatThrownBy(() -> jobs.getJob(orders)).hasMessage("NOT_FOUND: FERRY-1001: there is no job named orders");

        submit("orders");
        awaitThat(() -> worker.assigns.size() == 2);
        assertThat(worker.assigns.get(1).getEpoch()).isEqualTo(2);
    }

    /** P1: a late word from a worker that lost the job moves nothing. */
    @Test
    void aZombiesCheckpointIsRefusedAndItIsToldToLetGo() {
        FakeWorker first = worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");
        workersDoor.cordonWorker(WorkerRequest.newBuilder().setId("w1").build());
        FakeWorker second = worker("w2");
        jobs.moveJob(MoveJobRequest.newBuilder().setName("orders").build());
        awaitRunning("orders", "w2");
        awaitThat(() -> second.held().size() == 1);
        first.revokes.clear();
        first.letsGo = false;

        first.beat(JobReport.newBuilder()
                .setName("orders")
                .setEpoch(1)
                .setReportSequence(7)
                .setCheckpoint(Checkpoint.newBuilder()
                        .addPositions(StreamPosition.newBuilder()
                                .setPosition(BinlogPosition.newBuilder().setFilenum(9))))
                .build());

        awaitThat(() -> get("orders").getProgressAtMillis() > 0);
        assertThat(get("orders").getProgress().getStreams(0).getPosition().getFilenum())
                .isEqualTo(1);
    }

    @Test
    void entriesAndEventsAreKeptOnceAndAcknowledged() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> !worker.held().isEmpty());
        JobReport report = JobReport.newBuilder()
                .setName("orders")
                .setEpoch(1)
                .setReportSequence(1_000_000)
                .addLedger(LedgerEntry.newBuilder()
                        .setId("db0.0/1:5/k")
                        .setCode("FERRY-2301")
                        .setMessage("SADD onto a string")
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setCount(2))
                .addEvents(Event.newBuilder()
                        .setKind("precheck")
                        .setMessage("target is empty")
                        .setAtMillis(5))
                .build();

        worker.beat(report);
        worker.beat(report);

        awaitThat(() -> worker.acknowledged.stream()
                        .flatMap(ack -> ack.getJobsList().stream())
                        .filter(job -> job.getReportSequence() == 1_000_000)
                        .count()
                >= 1);
        JobRequest orders = JobRequest.newBuilder().setName("orders").build();
        assertThat(jobs.listErrors(orders).getErrorsList()).singleElement().satisfies(entry -> {
            assertThat(entry.getCount()).isEqualTo(2);
            assertThat(entry.getState()).isEqualTo("open");
            assertThat(entry.getKey().toStringUtf8()).isEqualTo("k");
        });
        assertThat(get("orders").getErrorsOpen()).isEqualTo(1);
        assertThat(events("orders").stream().filter(event -> event.getKind().equals("precheck")))
                .singleElement()
                .satisfies(event -> assertThat(event.getActor()).isEqualTo("worker w1"));
    }

    /** An operator's wish goes to the worker that has the job, and what it answers is what the operator sees. */
    @Test
    void aWishOfTheOperatorReachesTheWorkerAndIsAnswered() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> !worker.held().isEmpty());
        LedgerEntry entry = LedgerEntry.newBuilder()
                .setId("db0.0/1:5/k")
                .setCode("FERRY-2201")
                .setCommand("SADD")
                .setKey(ByteString.copyFromUtf8("k"))
                .setSourceDb(7)
                .setCount(1)
                .build();
        JobReport.Builder report =
                JobReport.newBuilder().setName("orders").setEpoch(1).setReportSequence(1_000_000);
        worker.beat(report.clone().addLedger(entry).build());
        awaitThat(() -> get("orders").getErrorsOpen() == 1);

        assertThat(settle("orders", SettleAction.SETTLE_ACTION_RECONCILE, "db0.0/1:5/k"))
                .singleElement()
                .satisfies(retrying -> assertThat(retrying.getState()).isEqualTo("retrying"));
        worker.beat(report.clone().setReportSequence(1_000_001).build());

        awaitThat(() -> worker.acknowledged.stream()
                .flatMap(ack -> ack.getJobsList().stream())
                .flatMap(job -> job.getReconcileList().stream())
                .anyMatch(wish -> wish.getId().equals("db0.0/1:5/k") && wish.getSourceDb() == 7));
        assertThat(get("orders").getErrorsOpen()).isEqualTo(1);
        worker.beat(report.clone()
                .setReportSequence(1_000_002)
                .addLedger(entry.toBuilder().setState("resolved"))
                .build());

        awaitThat(() -> get("orders").getErrorsOpen() == 0);
        assertThat(events("orders")).anySatisfy(event -> {
            assertThat(event.getKind()).isEqualTo("reconcile");
            assertThat(event.getActor()).isEqualTo("operator");
        });
    }

    @Test
    void anEntryThatIsIgnoredIsClosed() {
        FakeWorker worker = worker("w1");
        submit("orders");
        awaitThat(() -> !worker.held().isEmpty());
        worker.beat(JobReport.newBuilder()
                .setName("orders")
                .setEpoch(1)
                .setReportSequence(1_000_000)
                .addLedger(LedgerEntry.newBuilder().setId("a").setCount(1))
                .build());
        awaitThat(() -> get("orders").getErrorsOpen() == 1);

        assertThat(settle("orders", SettleAction.SETTLE_ACTION_IGNORE))
                .singleElement()
                .satisfies(ignored -> assertThat(ignored.getState()).isEqualTo("ignored"));

        assertThat(get("orders").getErrorsOpen()).isZero();
    }

    private List<LedgerEntry> settle(String job, SettleAction action, String... ids) {
        return jobs.settleErrors(SettleErrorsRequest.newBuilder()
                        .setName(job)
                        .setAction(action)
                        .addAllIds(List.of(ids))
                        .setAll(ids.length == 0)
                        .build())
                .getErrorsList();
    }

    @Test
    void theClusterShowsWhatThereIs() {
        worker("w1");
        submit("orders");
        awaitRunning("orders", "w1");

        var view = workersDoor.getCluster(GetClusterRequest.getDefaultInstance());

        assertThat(view.getTerm()).isEqualTo(1);
        assertThat(view.getLeader()).isEqualTo("leader.example:7070");
        assertThat(view.getJobsByStateMap()).isEqualTo(Map.of("RUNNING", 1));
        assertThat(view.getWorkers(0).getJobsList()).containsExactly("orders");
    }

    /** P7: no view, event or message of an operator's call holds a password. */
    @Test
    void passwordsAreShownToNobodyButTheWorker() {
        FakeWorker worker = worker("w1");
        JobView view = jobs.submitJob(submission("orders")
                        .setSourcePassword(ByteString.copyFromUtf8("hunter2"))
                        .setTargetPassword(ByteString.copyFromUtf8("hunter3"))
                        .build())
                .getJob();
        awaitThat(() -> !worker.assigns.isEmpty());

        assertThat(view.getSpec().getSource().getHasPassword()).isTrue();
        assertThat(view.getSpec().getTarget().getHasPassword()).isTrue();
        assertThat(worker.assigns.get(0).getTargetPassword().toStringUtf8()).isEqualTo("hunter3");
        assertThat(view + " " + get("orders") + events("orders")).doesNotContain("hunter");
    }

    private List<Event> events(String job) {
        return jobs.listEvents(JobRequest.newBuilder().setName(job).build()).getEventsList();
    }
}
