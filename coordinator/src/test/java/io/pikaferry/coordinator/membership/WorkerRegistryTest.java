package io.pikaferry.coordinator.membership;

import static io.pikaferry.coordinator.job.Jobs.FIRST;
import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.membership.WorkerRegistry.Member;
import io.pikaferry.coordinator.membership.WorkerRegistry.State;
import io.pikaferry.coordinator.membership.WorkerRegistry.Timing;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every rule of sessions and leases; time is what the test says. */
class WorkerRegistryTest {

    private static final Timing TIMING =
            new Timing(Duration.ofSeconds(6), Duration.ofSeconds(2), Duration.ofSeconds(2));

    private Instant now = NOON;
    private final WorkerRegistry registry = new WorkerRegistry(TIMING, now);
    private final RecordingLine line = new RecordingLine();

    private WorkerSession attach(WorkerId worker, String incarnation, RecordingLine over) {
        return registry.attach(
                new Greeting(worker, incarnation, "10.0.0.1", 8, "0.1", Map.of("zone", "a"), Map.of()), over, now);
    }

    private WorkerSession attach() {
        return attach(W1, FIRST, line);
    }

    /** Looks once a second, as the loop does. */
    private List<Member> pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            now = now.plusSeconds(1);
            List<Member> lost = registry.expire(now);
            if (!lost.isEmpty()) {
                return lost;
            }
        }
        return List.of();
    }

    private State state() {
        return registry.member(W1).state();
    }

    @Test
    void aWorkerThatAttachesIsConnectedAndTakesJobs() {
        attach();

        assertThat(registry.members()).singleElement().satisfies(member -> {
            assertThat(member.state()).isEqualTo(State.CONNECTED);
            assertThat(member.takesJobs()).isTrue();
            assertThat(member.worker().capacity()).isEqualTo(8);
        });
    }

    @Test
    void aSilentWorkerIsLostWhenItsLeaseIsOver() {
        attach();

        assertThat(pass(5)).isEmpty();
        assertThat(pass(1)).singleElement().satisfies(member -> assertThat(member.how())
                .isEqualTo("silent for 6000 ms"));
        assertThat(state()).isEqualTo(State.LOST);
        assertThat(line.said).containsExactly("end: worker w1 was taken for lost: silent for 6000 ms");
    }

    @Test
    void aHeartbeatRenewsTheLease() {
        WorkerSession session = attach();
        pass(5);

        assertThat(registry.heard(session, now)).isTrue();

        assertThat(pass(5)).isEmpty();
        assertThat(pass(1)).hasSize(1);
    }

    @Test
    void aBrokenStreamLeavesAShortGrace() {
        WorkerSession session = attach();
        pass(1);

        registry.ended(session, now);

        assertThat(state()).isEqualTo(State.GRACE);
        assertThat(registry.member(W1).takesJobs()).isFalse();
        assertThat(pass(1)).isEmpty();
        assertThat(pass(1)).singleElement().satisfies(member -> assertThat(member.how())
                .isEqualTo("its connection broke and it did not come back"));
    }

    @Test
    void theGraceIsNotLongerThanWhatIsLeftOfTheLease() {
        WorkerSession session = attach();
        pass(5);

        registry.ended(session, now);

        assertThat(pass(1)).hasSize(1);
    }

    @Test
    void whoComesBackWithinTheGraceIsNotLost() {
        WorkerSession session = attach();
        registry.ended(session, now);
        pass(1);

        WorkerSession second = attach();

        assertThat(pass(5)).isEmpty();
        assertThat(state()).isEqualTo(State.CONNECTED);
        assertThat(registry.heard(second, now)).isTrue();
    }

    @Test
    void theEndOfAnOldStreamDoesNotEndTheNewSession() {
        WorkerSession first = attach();
        attach();

        registry.ended(first, now);

        assertThat(state()).isEqualTo(State.CONNECTED);
        assertThat(registry.heard(first, now)).isFalse();
    }

    @Test
    void aSecondSessionEndsTheFirst() {
        attach();

        attach(W1, FIRST, new RecordingLine());

        assertThat(line.said).containsExactly("end: worker w1 has opened another session");
    }

    @Test
    void whoWasLostMayComeBack() {
        WorkerSession session = attach();
        pass(6);
        assertThat(registry.heard(session, now)).isFalse();

        attach();

        assertThat(state()).isEqualTo(State.CONNECTED);
        assertThat(pass(5)).isEmpty();
    }

    /** P4: two processes of one name must not take the jobs from each other for ever. */
    @Test
    void aProcessThatWasReplacedByALaterOneIsTurnedAway() {
        attach(W1, "older", line);
        attach(W1, "newer", new RecordingLine());

        assertThatThrownBy(() -> attach(W1, "older", new RecordingLine()))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessage("another process has attached as worker w1 after this one;"
                        + " give each worker an --id of its own");
        assertThat(registry.member(W1).session().orElseThrow().incarnation()).isEqualTo("newer");
    }

    @Test
    void aLeavingWorkerTakesNoJobsAndIsGoneAfterItsStreamEnds() {
        WorkerSession session = attach();

        registry.leaving(session);
        assertThat(registry.member(W1).takesJobs()).isFalse();
        registry.ended(session, now);

        assertThat(pass(2)).singleElement().satisfies(member -> assertThat(member.how())
                .isEqualTo("it has left"));
    }

    @Test
    void whoLeftAndComesBackTakesJobsAgain() {
        registry.leaving(attach());

        attach(W1, "second", new RecordingLine());

        assertThat(registry.member(W1).takesJobs()).isTrue();
    }

    @Test
    void aCordonOutlivesTheSession() {
        WorkerSession session = attach();
        registry.cordon(W1, true, true);
        registry.ended(session, now);
        pass(2);

        attach(W1, "second", new RecordingLine());

        assertThat(registry.member(W1).takesJobs()).isFalse();
        assertThat(registry.member(W1).worker().draining()).isTrue();
        registry.cordon(W1, false, false);
        assertThat(registry.member(W1).takesJobs()).isTrue();
    }

    @Test
    void nobodyUnknownIsCordoned() {
        assertThatThrownBy(() -> registry.cordon(W2, true, false))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WORKER_NOT_FOUND))
                .hasMessage("there is no worker named w2");
    }

    private KnownWorker known(WorkerId worker, boolean gone) {
        return new KnownWorker(worker, "10.0.0.1", 8, "0.1", Map.of(), false, false, NOON, gone);
    }

    @Test
    void aNewLeaderWaitsALeaseForTheWorkersOfTheOld() {
        registry.expect(known(W1, false), now);
        registry.expect(known(W2, true), now);

        assertThat(registry.settling()).isTrue();
        assertThat(pass(5)).isEmpty();
        assertThat(pass(1)).singleElement().satisfies(member -> assertThat(member.how())
                .isEqualTo("did not come back after the change of leader"));
        assertThat(registry.settling()).isFalse();
    }

    @Test
    void aNewLeaderWaitsNoLongerWhenAllHaveComeBack() {
        registry.expect(known(W1, false), now);

        attach();

        assertThat(registry.settling()).isFalse();
    }

    /** A coordinator that stood still has not listened: its workers are not lost by that. */
    @Test
    void aStallOfTheCoordinatorCostsNobodyTheLease() {
        WorkerSession session = attach();
        pass(3);

        now = now.plusSeconds(60);
        assertThat(registry.expire(now)).isEmpty();

        assertThat(registry.heard(session, now)).isTrue();
        assertThat(pass(5)).isEmpty();
    }

    @Test
    void afterAStallASilentWorkerIsStillLostInTheEnd() {
        attach();
        pass(3);

        now = now.plusSeconds(60);
        registry.expire(now);

        assertThat(pass(3)).hasSize(1);
    }

    /** Or a worker would stay with a leader that is none any more, and believe in its acknowledgements. */
    @Test
    void nobodyAttachesToAClosedRegistryAndNobodyIsHeard() {
        WorkerSession session = attach();

        registry.close(new FerryException(ErrorCode.NOT_LEADER, "the term is over"));

        assertThat(line.said).containsExactly("end: the term is over");
        assertThat(registry.heard(session, now)).isFalse();
        assertThatThrownBy(() -> attach(W2, FIRST, new RecordingLine()))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_LEADER));
    }

    @Test
    void whoWasLostLongAgoIsForgottenUnlessCordoned() {
        WorkerSession first = attach();
        attach(W2, FIRST, new RecordingLine());
        registry.cordon(W2, true, false);
        pass(6);

        assertThat(registry.forgetLost(NOON)).isEmpty();
        assertThat(registry.forgetLost(now.plusSeconds(1))).containsExactly(W1);

        assertThat(registry.members()).extracting(Member::id).containsExactly(W2);
        assertThat(registry.heard(first, now)).isFalse();
        registry.ended(first, now);
    }

    @Test
    void whatChangedIsSavedOnce() {
        attach();
        assertThat(registry.takeUnsaved()).extracting(KnownWorker::gone).containsExactly(false);
        assertThat(registry.takeUnsaved()).isEmpty();

        pass(6);
        assertThat(registry.takeUnsaved()).extracting(KnownWorker::gone).containsExactly(true);
        registry.unsaved(List.of(W1));
        assertThat(registry.takeUnsaved()).hasSize(1);
    }

    @Test
    void aRevokeIsSaidOncePerSessionAndNotAfterTheWorkerLetGo() {
        WorkerSession session = attach();
        JobId orders = new JobId("orders");

        session.revoke(orders, 1, "paused");
        session.revoke(orders, 1, "paused");
        session.revoke(orders, 2, "paused");
        session.letGo(orders, 3);
        session.revoke(orders, 3, "paused");

        assertThat(line.said).containsExactly("revoke orders 1: paused", "revoke orders 2: paused");
    }
}
