package io.pikaferry.coordinator.checkpoint;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static io.pikaferry.coordinator.job.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.checkpoint.CheckpointIntake.Answer;
import io.pikaferry.coordinator.checkpoint.CheckpointIntake.Rewind;
import io.pikaferry.coordinator.job.InMemoryJobStore;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.Jobs;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointIntakeTest {

    private static final StreamId DB0 = new StreamId(0, 0);
    private static final StreamId DB1 = new StreamId(1, 0);

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final CheckpointStore store = new InMemoryCheckpointStore(jobs);
    private Instant now = NOON;
    private final CheckpointIntake intake = new CheckpointIntake(store, () -> now, Duration.ofSeconds(1));

    @BeforeEach
    void aRunningJob() {
        jobs.create(job(JobState.RUNNING));
    }

    @Test
    void theFirstCheckpointIsStoredAtOnce() {
        assertThat(offer(at(5))).isEqualTo(new Answer.Stored(Optional.empty()));

        assertThat(stored()).isEqualTo(at(5));
    }

    @Test
    void theNextOneWaitsUntilTheIntervalIsOver() {
        offer(at(5));
        now = NOON.plusMillis(300);

        assertThat(offer(at(6))).isEqualTo(new Answer.NotYet(NOON.plusSeconds(1)));
        assertThat(stored()).isEqualTo(at(5));

        now = NOON.plusSeconds(1);
        assertThat(offer(at(7))).isEqualTo(new Answer.Stored(Optional.empty()));
        assertThat(stored()).isEqualTo(at(7));
    }

    @Test
    void theLastOneDoesNotWait() {
        offer(at(5));

        intake.offer(running(), W1, 1, at(6), false, true);

        assertThat(stored()).isEqualTo(at(6));
    }

    @Test
    void whatIsStoredAlreadyIsNotWrittenAgain() {
        offer(at(5));

        assertThat(offer(at(5))).isEqualTo(new Answer.Stored(Optional.empty()));
        assertThat(store.find(ORDERS).orElseThrow().at()).isEqualTo(NOON);
    }

    /** P1. */
    @Test
    void aPositionThatGoesBackIsRefused() {
        offer(at(5));

        assertRefused(
                ErrorCode.STALE_CHECKPOINT,
                "job orders: the checkpoint of w1 goes back in db0.0, from 1:5 to 1:4",
                () -> offer(at(4)));
        assertThat(stored()).isEqualTo(at(5));
    }

    /** P1: a stream without a position would be followed from nowhere. */
    @Test
    void aStreamThatIsMissingIsRefused() {
        offer(checkpoint(Map.of(DB0, 5L, DB1, 7L)));

        assertRefused(
                ErrorCode.STALE_CHECKPOINT,
                "job orders: the checkpoint of w1 goes back in db1.0, from 1:7 to nothing",
                () -> offer(checkpoint(Map.of(DB0, 6L))));
    }

    @Test
    void oneStreamThatGoesBackIsEnoughToRefuse() {
        offer(checkpoint(Map.of(DB0, 5L, DB1, 7L)));

        assertRefused(
                ErrorCode.STALE_CHECKPOINT,
                "job orders: the checkpoint of w1 goes back in db1.0, from 1:7 to 1:6",
                () -> offer(checkpoint(Map.of(DB0, 9L, DB1, 6L))));
    }

    @Test
    void aNewStreamIsTaken() {
        offer(at(5));
        now = now.plusSeconds(1);

        offer(checkpoint(Map.of(DB0, 5L, DB1, 1L)));

        assertThat(stored()).isEqualTo(checkpoint(Map.of(DB0, 5L, DB1, 1L)));
    }

    @Test
    void aTargetThatWentBackTakesTheCheckpointWithIt() {
        offer(at(5));
        now = now.plusSeconds(1);

        Answer answer = intake.offer(running(), W1, 1, at(3), true, false);

        assertThat(answer).isEqualTo(new Answer.Stored(Optional.of(new Rewind(DB0, "1:5", "1:3"))));
        assertThat(stored()).isEqualTo(at(3));
    }

    @Test
    void aRewindThatIsRepeatedIsToldOfOnce() {
        offer(at(5));
        now = now.plusSeconds(1);
        intake.offer(running(), W1, 1, at(3), true, false);
        now = now.plusSeconds(1);

        assertThat(intake.offer(running(), W1, 1, at(4), true, false)).isEqualTo(new Answer.Stored(Optional.empty()));
    }

    /** P4. */
    @Test
    void whoDoesNotHoldTheJobIsRefused() {
        assertRefused(
                ErrorCode.STALE_EPOCH,
                "job orders is at epoch 1 with w1 and takes no checkpoint of w2 under epoch 1",
                () -> intake.offer(running(), W2, 1, at(5), false, false));
        assertRefused(
                ErrorCode.STALE_EPOCH,
                "job orders is at epoch 1 with w1 and takes no checkpoint of w1 under epoch 2",
                () -> intake.offer(running(), W1, 2, at(5), false, false));
        assertThat(store.find(ORDERS)).isEmpty();
    }

    /** P4: even the last word does not count any more. */
    @Test
    void whoHasLetGoIsRefused() {
        Versioned<MigrationJob> running = running();
        jobs.replace(running, Jobs.after(running.value(), new JobEvent.Released(1)));

        assertRefused(
                ErrorCode.STALE_EPOCH,
                "job orders is at epoch 1 with nobody and takes no checkpoint of w1 under epoch 1",
                () -> intake.offer(running(), W1, 1, at(5), false, true));
    }

    /** P4: the job is lost by its worker between our look at it and the write. */
    @Test
    void aJobThatChangesMeanwhileIsLookedAtAgain() {
        Versioned<MigrationJob> looked = running();
        jobs.replace(looked, Jobs.after(looked.value(), new JobEvent.WorkerLost(1, "silent")));

        assertThatThrownBy(() -> intake.offer(looked, W1, 1, at(5), false, false))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONCURRENT_UPDATE));
        assertThat(intake.find(ORDERS)).isEmpty();
    }

    @Test
    void aJobThatBeginsAnewMayBeAnywhere() {
        offer(at(5));

        intake.forget(running());
        offer(at(1));

        assertThat(stored()).isEqualTo(at(1));
    }

    private Answer offer(Checkpoint checkpoint) {
        return intake.offer(running(), W1, 1, checkpoint, false, false);
    }

    private Versioned<MigrationJob> running() {
        return jobs.find(ORDERS).orElseThrow();
    }

    private Checkpoint stored() {
        return store.find(ORDERS).orElseThrow().checkpoint();
    }

    private static Checkpoint at(long offset) {
        return checkpoint(Map.of(DB0, offset));
    }

    private static Checkpoint checkpoint(Map<StreamId, Long> offsets) {
        Map<StreamId, BinlogPosition> positions = new TreeMap<>();
        offsets.forEach((stream, offset) -> positions.put(stream, new BinlogPosition(1, offset)));
        return new Checkpoint(positions, "");
    }

    private static void assertRefused(ErrorCode code, String message, Runnable offer) {
        assertThatThrownBy(offer::run)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }
}
