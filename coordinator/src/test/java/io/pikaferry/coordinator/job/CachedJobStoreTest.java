package io.pikaferry.coordinator.job;

import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import org.junit.jupiter.api.Test;

class CachedJobStoreTest extends JobStoreContract {

    private final InMemoryJobStore behind = new InMemoryJobStore();
    private final CachedJobStore store = new CachedJobStore(behind);

    @Test
    void knowsWhatWasStoredBeforeIt() {
        behind.create(job(JobState.PENDING));

        assertThat(new CachedJobStore(behind).find(ORDERS)).isEqualTo(behind.find(ORDERS));
    }

    /** As when the connection is lost before the answer: the write may have happened. */
    @Test
    void readsAgainWhatItFailedToWrite() {
        store.create(job(JobState.PENDING));
        Versioned<MigrationJob> read = store.find(ORDERS).orElseThrow();
        behind.replace(read, job(JobState.PAUSED));

        assertThatThrownBy(() -> store.replace(read, job(JobState.STOPPED)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONCURRENT_UPDATE));
        assertThat(store.find(ORDERS)).isEqualTo(behind.find(ORDERS));
    }

    @Override
    protected JobStore store() {
        return store;
    }
}
