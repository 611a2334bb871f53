package io.pikaferry.coordinator.job;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static io.pikaferry.coordinator.job.Jobs.after;
import static io.pikaferry.coordinator.job.Jobs.job;
import static io.pikaferry.coordinator.job.Jobs.runningOn;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.job.JobEvent.Assigned;
import io.pikaferry.coordinator.job.JobEvent.Blocked;
import io.pikaferry.coordinator.job.JobEvent.Completed;
import io.pikaferry.coordinator.job.JobEvent.FullSyncBegun;
import io.pikaferry.coordinator.job.JobEvent.FullSyncRequested;
import io.pikaferry.coordinator.job.JobEvent.LimitsSet;
import io.pikaferry.coordinator.job.JobEvent.MoveRequested;
import io.pikaferry.coordinator.job.JobEvent.PasswordsGiven;
import io.pikaferry.coordinator.job.JobEvent.PauseRequested;
import io.pikaferry.coordinator.job.JobEvent.Released;
import io.pikaferry.coordinator.job.JobEvent.ResumeRequested;
import io.pikaferry.coordinator.job.JobEvent.StopRequested;
import io.pikaferry.coordinator.job.JobEvent.WorkerLost;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JobStateMachineTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/job-transitions.txt");
    private static final Reason PURGED = new Reason(ErrorCode.BINLOG_PURGED, "db0 is gone up to file 17");

    @Test
    void assignmentStartsTheJobUnderANewEpoch() {
        MigrationJob assigned = after(job(JobState.PENDING), new Assigned(new Holder(W1, "first")));

        assertThat(assigned.observed()).isEqualTo(JobState.RUNNING);
        assertThat(assigned.epoch()).isEqualTo(1);
        assertThat(assigned.isHeldBy(W1, 1)).isTrue();
        assertThat(assigned.isHeldBy(W2, 1)).isFalse();
        assertThat(assigned.isHeldBy(W1, 2)).isFalse();
    }

    @Test
    void aPausedJobKeepsItsWorkerUntilTheWorkerHasLetGo() {
        MigrationJob pausing = after(runningOn(W1, "orders"), new PauseRequested());
        assertThat(pausing.observed()).isEqualTo(JobState.RUNNING);
        assertThat(pausing.desired()).isEqualTo(DesiredState.PAUSE);

        MigrationJob paused = after(pausing, new Released(1));
        assertThat(paused.observed()).isEqualTo(JobState.PAUSED);
        assertThat(paused.worker()).isEmpty();
    }

    @Test
    void aLostWorkersJobWaitsForAnotherAndKeepsItsEpoch() {
        MigrationJob lost = after(runningOn(W1, "orders"), new WorkerLost(1, "silent"));

        assertThat(lost.observed()).isEqualTo(JobState.PENDING);
        assertThat(lost.epoch()).isEqualTo(1);
        assertThat(lost.failovers()).isEqualTo(1);
        assertThat(lost.lastWorker()).contains(W1);
    }

    @Test
    void aBlockedJobSaysWhyUntilItIsResumed() {
        MigrationJob blocked = after(runningOn(W1, "orders"), new Blocked(1, PURGED));
        assertThat(blocked.reason()).contains(PURGED);

        assertThat(after(blocked, new PasswordsGiven(true, false)).reason()).contains(PURGED);
        assertThat(after(blocked, new ResumeRequested()).reason()).isEmpty();
    }

    @Test
    void aJobThatIsGivenUpDoesNotGetBlocked() {
        MigrationJob stopping = after(runningOn(W1, "orders"), new StopRequested());

        MigrationJob stopped = after(stopping, new Blocked(1, PURGED));

        assertThat(stopped.observed()).isEqualTo(JobState.STOPPED);
        assertThat(stopped.reason()).isEmpty();
    }

    @Test
    void aForcedFullSyncIsForgottenWhenItHasBegunAndNotBefore() {
        MigrationJob asked = after(job(JobState.PAUSED), new FullSyncRequested());
        assertThat(asked.observed()).isEqualTo(JobState.PENDING);
        assertThat(asked.forceFullSync()).isTrue();

        MigrationJob lostEarly =
                after(after(asked, new Assigned(new Holder(W1, "first"))), new WorkerLost(asked.epoch() + 1, "silent"));
        assertThat(lostEarly.forceFullSync()).isTrue();

        MigrationJob again = after(lostEarly, new Assigned(new Holder(W2, "first")));
        assertThat(after(again, new FullSyncBegun(again.epoch())).forceFullSync())
                .isFalse();
    }

    @Test
    void aSpecThatForcesAFullSyncForcesItOnceInTheJobsLife() {
        MigrationJob submitted = MigrationJob.submitted(Jobs.forced("orders"), false, 0, NOON);
        assertThat(submitted.forceFullSync()).isTrue();

        MigrationJob loading = after(after(submitted, new Assigned(new Holder(W1, "first"))), new FullSyncBegun(1));
        MigrationJob elsewhere =
                after(after(loading, new WorkerLost(1, "silent")), new Assigned(new Holder(W2, "first")));

        assertThat(elsewhere.forceFullSync()).isFalse();
    }

    @Test
    void aWishToMoveLastsUntilTheNextAssignment() {
        MigrationJob moving = after(runningOn(W1, "orders"), new MoveRequested(Optional.of(W2)));
        assertThat(moving.move()).contains(new MoveWish(Optional.of(W1), Optional.of(W2)));

        MigrationJob released = after(moving, new Released(1));
        assertThat(released.observed()).isEqualTo(JobState.PENDING);
        assertThat(released.move()).isPresent();

        assertThat(after(released, new Assigned(new Holder(W2, "first"))).move())
                .isEmpty();
        assertThat(after(released, new PauseRequested()).move()).isEmpty();
    }

    @Test
    void aJobSubmittedAgainGoesOnCountingEpochs() {
        MigrationJob again = MigrationJob.submitted(Jobs.spec("orders"), false, 17, NOON);

        assertThat(after(again, new Assigned(new Holder(W1, "first"))).epoch()).isEqualTo(18);
    }

    @Test
    void limitsAreSetWithoutANewAssignment() {
        MigrationJob running = runningOn(W1, "orders");

        MigrationJob limited =
                after(running, new LimitsSet(OptionalLong.of(500), OptionalLong.empty(), Optional.empty()));
        MigrationJob both = after(limited, new LimitsSet(OptionalLong.empty(), OptionalLong.of(9), Optional.empty()));
        MigrationJob lifted =
                after(both, new LimitsSet(OptionalLong.of(0), OptionalLong.empty(), Optional.of(Throttle.OFF)));

        assertThat(limited.isHeldBy(W1, running.epoch())).isTrue();
        assertThat(both.spec().rate()).isEqualTo(new RateLimit(500, 9));
        assertThat(lifted.spec().rate()).isEqualTo(new RateLimit(0, 9));
        assertThat(lifted.spec().throttle()).isEqualTo(Throttle.OFF);
    }

    @Test
    void theTimeOfAStateIsThatOfItsFirstEvent() {
        MigrationJob running = runningOn(W1, "orders");

        MigrationJob pausing = JobStateMachine.apply(running, new PauseRequested(), NOON.plusSeconds(5));
        MigrationJob paused = JobStateMachine.apply(pausing, new Released(1), NOON.plusSeconds(7));

        assertThat(pausing.since()).isEqualTo(NOON);
        assertThat(paused.since()).isEqualTo(NOON.plusSeconds(7));
    }

    static List<JobEvent> eventsUnderAnEpoch() {
        return List.of(
                new Released(1),
                new WorkerLost(1, "silent"),
                new Blocked(1, PURGED),
                new Completed(1),
                new FullSyncBegun(1));
    }

    /** P4: what speaks of an earlier assignment changes nothing. */
    @ParameterizedTest
    @MethodSource("eventsUnderAnEpoch")
    void anEventOfAnEarlierAssignmentIsStale(JobEvent event) {
        MigrationJob second = after(
                after(runningOn(W1, "orders"), new WorkerLost(1, "silent")), new Assigned(new Holder(W2, "first")));

        assertThatThrownBy(() -> after(second, event))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STALE_EPOCH))
                .hasMessage("job orders is at epoch 2 and cannot %s under epoch 1".formatted(event.refusal()));
    }

    @Test
    void refusalNamesTheJobItsStateAndTheWish() {
        assertThatThrownBy(() -> after(job(JobState.STOPPED), new ResumeRequested()))
                .isInstanceOf(FerryException.class)
                .hasMessage("job orders is STOPPED and cannot be resumed");
        assertThatThrownBy(() -> after(job(JobState.RUNNING), new FullSyncRequested()))
                .isInstanceOf(FerryException.class)
                .hasMessage("job orders is RUNNING and cannot be resumed with a full sync");
    }

    /**
     * Every pair, as a file: people read it, and a changed rule is a changed line in review. Three
     * states in a cell are those for RUN, PAUSE and STOP being desired.
     */
    @Test
    void transitionsAreThoseInTheGoldenFile() throws Exception {
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(GOLDEN, everyStateAndEvent());
        }

        assertThat(everyStateAndEvent()).isEqualTo(Files.readString(GOLDEN));
    }

    private static String everyStateAndEvent() {
        List<? extends Class<? extends JobEvent>> events = Arrays.stream(JobEvent.class.getPermittedSubclasses())
                .<Class<? extends JobEvent>>map(event -> event.asSubclass(JobEvent.class))
                .sorted(Comparator.comparing(Class::getSimpleName))
                .toList();
        StringBuilder table = new StringBuilder();
        for (JobState from : JobState.values()) {
            for (Class<? extends JobEvent> event : events) {
                String to = Arrays.stream(DesiredState.values())
                        .map(desired -> JobStateMachine.next(from, desired, event)
                                .map(Enum::name)
                                .orElse("refused"))
                        .collect(joining(" "));
                String same = to.split(" ", -1)[0];
                table.append("%-10s %-18s %s%n"
                        .formatted(
                                from,
                                event.getSimpleName(),
                                to.equals(String.join(" ", same, same, same)) ? same : to));
            }
        }
        return table.toString();
    }
}
