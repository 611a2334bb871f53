package io.pikaferry.coordinator.job;

import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.after;
import static io.pikaferry.coordinator.job.Jobs.job;
import static io.pikaferry.coordinator.job.Jobs.pending;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every job store does. The fakes and the real one run it. */
@Timeout(30)
public abstract class JobStoreContract {

    protected abstract JobStore store();

    @ParameterizedTest
    @EnumSource
    void findsWhatWasCreatedInAnyState(JobState state) {
        store().create(job(state));

        assertThat(store().find(ORDERS).orElseThrow().value()).isEqualTo(job(state));
    }

    @Test
    void findsAJobThatIsToBeMovedAndLoadedAnew() {
        MigrationJob moved = after(
                MigrationJob.submitted(Jobs.forced("orders"), false, 17, Jobs.NOON),
                new JobEvent.MoveRequested(Optional.of(Jobs.W2)));
        store().create(moved);

        assertThat(store().find(ORDERS).orElseThrow().value()).isEqualTo(moved);
    }

    @Test
    void findsNothingUnderAnUnknownName() {
        assertThat(store().find(new JobId("nobody"))).isEmpty();
    }

    @Test
    void listsJobsByName() {
        store().create(pending("users"));
        store().create(pending("carts"));
        store().create(pending("orders"));

        assertThat(store().all())
                .extracting(job -> job.value().id().value())
                .containsExactly("carts", "orders", "users");
    }

    @Test
    void aNameIsTakenOnce() {
        store().create(job(JobState.PENDING));

        assertCode(ErrorCode.JOB_EXISTS, () -> store().create(job(JobState.PAUSED)));
        assertThat(store().find(ORDERS).orElseThrow().value()).isEqualTo(job(JobState.PENDING));
    }

    @Test
    void aWrittenJobIsFoundUnderItsNewVersion() {
        store().create(job(JobState.PENDING));
        Versioned<MigrationJob> written = store().replace(store().find(ORDERS).orElseThrow(), job(JobState.RUNNING));

        assertThat(store().find(ORDERS)).contains(written);
        assertThat(store().all()).containsExactly(written);
    }

    @Test
    void limitsThatWereSetAreKept() {
        store().create(job(JobState.RUNNING));
        MigrationJob limited = after(
                job(JobState.RUNNING),
                new JobEvent.LimitsSet(OptionalLong.of(500), OptionalLong.of(1 << 20), Optional.of(Throttle.OFF)));

        store().replace(store().find(ORDERS).orElseThrow(), limited);

        assertThat(store().find(ORDERS).orElseThrow().value()).isEqualTo(limited);
        assertThat(limited.spec().rate()).isEqualTo(new RateLimit(500, 1 << 20));
    }

    @Test
    void theSecondOfTwoWritersLoses() {
        store().create(job(JobState.PENDING));
        Versioned<MigrationJob> bothRead = store().find(ORDERS).orElseThrow();
        store().replace(bothRead, job(JobState.PAUSED));

        assertCode(ErrorCode.CONCURRENT_UPDATE, () -> store().replace(bothRead, job(JobState.STOPPED)));
        assertThat(store().find(ORDERS).orElseThrow().value().observed()).isEqualTo(JobState.PAUSED);
    }

    @Test
    void aRemovedJobLeavesItsNameAndItsEpoch() {
        store().create(job(JobState.BLOCKED));

        store().remove(store().find(ORDERS).orElseThrow());

        assertThat(store().find(ORDERS)).isEmpty();
        assertThat(store().all()).isEmpty();
        assertThat(store().lastEpoch(ORDERS)).isEqualTo(1);
        store().create(job(JobState.PENDING));
        assertThat(store().find(ORDERS)).isPresent();
    }

    @Test
    void aNameThatWasNeverUsedHasNoEpoch() {
        assertThat(store().lastEpoch(ORDERS)).isZero();
    }

    @Test
    void aJobThatChangedIsNotRemoved() {
        store().create(job(JobState.PENDING));
        Versioned<MigrationJob> bothRead = store().find(ORDERS).orElseThrow();
        store().replace(bothRead, job(JobState.RUNNING));

        assertCode(ErrorCode.CONCURRENT_UPDATE, () -> store().remove(bothRead));
        assertThat(store().find(ORDERS)).isPresent();
    }

    @Test
    void aRemovedJobCannotBeWritten() {
        store().create(job(JobState.PENDING));
        Versioned<MigrationJob> bothRead = store().find(ORDERS).orElseThrow();
        store().remove(bothRead);

        assertCode(ErrorCode.CONCURRENT_UPDATE, () -> store().replace(bothRead, job(JobState.RUNNING)));
        assertCode(ErrorCode.CONCURRENT_UPDATE, () -> store().remove(bothRead));
    }

    private static void assertCode(ErrorCode code, Runnable refused) {
        assertThatThrownBy(refused::run).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
