package io.pikaferry.coordinator.checkpoint;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every checkpoint store does. The fake and the real one both run it. */
@Timeout(30)
public abstract class CheckpointStoreContract {

    private static final KeptCheckpoint KEPT = new KeptCheckpoint(
            new Checkpoint(
                    Map.of(
                            StreamId.ONLY,
                            new BinlogPosition(0xffff_ffffL, Long.MAX_VALUE),
                            new StreamId(1, 7),
                            new BinlogPosition(3, 4)),
                    "replication-id"),
            1,
            NOON);

    protected abstract JobStore jobs();

    protected abstract CheckpointStore store();

    @Test
    void aJobHasNoCheckpointAtFirst() {
        running();

        assertThat(store().find(ORDERS)).isEmpty();
    }

    @Test
    void findsWhatWasPut() {
        store().put(running(), KEPT);

        assertThat(store().find(ORDERS)).contains(KEPT);
    }

    @Test
    void aForgottenCheckpointIsGone() {
        Versioned<MigrationJob> job = running();
        store().put(job, KEPT);

        store().forget(job);

        assertThat(store().find(ORDERS)).isEmpty();
    }

    /** P1, P4: what was true of the holder when it was checked is true when the checkpoint is written. */
    @Test
    void aJobThatChangedTakesNoCheckpoint() {
        Versioned<MigrationJob> before = running();
        store().put(before, KEPT);
        jobs().replace(before, job(JobState.BLOCKED));

        KeptCheckpoint later = new KeptCheckpoint(KEPT.checkpoint(), 2, NOON);
        assertChanged(() -> store().put(before, later));
        assertChanged(() -> store().forget(before));
        assertThat(store().find(ORDERS)).contains(KEPT);
    }

    @Test
    void aRemovedJobHasNoCheckpoint() {
        Versioned<MigrationJob> job = running();
        store().put(job, KEPT);
        jobs().remove(job);

        assertThat(store().find(ORDERS)).isEmpty();
        assertChanged(() -> store().put(job, KEPT));
    }

    private Versioned<MigrationJob> running() {
        jobs().create(job(JobState.RUNNING));
        return jobs().find(ORDERS).orElseThrow();
    }

    private static void assertChanged(Runnable refused) {
        assertThatThrownBy(refused::run).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CONCURRENT_UPDATE));
    }
}
