package io.pikaferry.coordinator.job;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.after;
import static io.pikaferry.coordinator.job.Jobs.job;
import static io.pikaferry.coordinator.job.Jobs.runningOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.ledger.InMemoryJournalStore;
import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JobLifecycleTest {

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final Journal journal = new Journal(new InMemoryJournalStore(), 200);
    private final AtomicInteger changes = new AtomicInteger();

    private JobLifecycle over(JobStore store) {
        return new JobLifecycle(store, journal, () -> NOON.plusSeconds(3), changes::incrementAndGet);
    }

    /** Somebody else always writes first, a number of times. */
    private static final class Contested implements JobStore {
        private final JobStore store;
        private final JobEvent theirs;
        private int times;

        Contested(JobStore store, JobEvent theirs, int times) {
            this.store = store;
            this.theirs = theirs;
            this.times = times;
        }

        @Override
        public Versioned<MigrationJob> replace(Versioned<MigrationJob> read, MigrationJob next) {
            if (times-- > 0) {
                var unused = store.replace(read, after(read.value(), theirs));
            }
            return store.replace(read, next);
        }

        @Override
        public void create(MigrationJob job) {
            store.create(job);
        }

        @Override
        public Optional<Versioned<MigrationJob>> find(JobId id) {
            return store.find(id);
        }

        @Override
        public List<Versioned<MigrationJob>> all() {
            return store.all();
        }

        @Override
        public void remove(Versioned<MigrationJob> read) {
            store.remove(read);
        }

        @Override
        public long lastEpoch(JobId id) {
            return store.lastEpoch(id);
        }
    }

    @Test
    void anEventIsStoredToldAndWrittenDown() {
        jobs.create(runningOn(W1, "orders"));

        over(jobs).handle(ORDERS, new JobEvent.WorkerLost(1, "silent for 6000 ms"), "coordinator c1");

        assertThat(jobs.find(ORDERS).orElseThrow().value().observed()).isEqualTo(JobState.PENDING);
        assertThat(changes).hasValue(1);
        assertThat(journal.read(ORDERS))
                .containsExactly(new JournalEntry(
                        NOON.plusSeconds(3),
                        "failover",
                        "worker w1 lost: silent for 6000 ms; now PENDING",
                        1,
                        Optional.of(W1),
                        "coordinator c1"));
    }

    @Test
    void whoLosesTheRaceDecidesAgainOnWhatIsThere() {
        jobs.create(job(JobState.PENDING));

        MigrationJob stopped = over(new Contested(jobs, new JobEvent.PauseRequested(), 1))
                .handle(ORDERS, new JobEvent.StopRequested(), "operator");

        assertThat(stopped.observed()).isEqualTo(JobState.STOPPED);
        assertThat(jobs.find(ORDERS).orElseThrow().value()).isEqualTo(stopped);
    }

    @Test
    void whoLosesTheRaceMayBeRefused() {
        jobs.create(job(JobState.PENDING));

        assertThatThrownBy(() -> over(new Contested(jobs, new JobEvent.StopRequested(), 1))
                        .handle(ORDERS, new JobEvent.MoveRequested(Optional.empty()), "operator"))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_TRANSITION));
        assertThat(changes).hasValue(0);
    }

    @Test
    void whoAlwaysLosesGivesUp() {
        jobs.create(runningOn(W1, "orders"));

        assertThatThrownBy(() -> over(new Contested(jobs, new JobEvent.MoveRequested(Optional.empty()), 1_000))
                        .handle(ORDERS, new JobEvent.PauseRequested(), "operator"))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONCURRENT_UPDATE));
    }

    @Test
    void aWishThatIsFulfilledChangesNothingAndIsNotWrittenDown() {
        jobs.create(job(JobState.PAUSED));

        over(jobs).handle(ORDERS, new JobEvent.PauseRequested(), "operator");

        assertThat(changes).hasValue(0);
        assertThat(journal.read(ORDERS)).isEmpty();
    }

    @Test
    void anUnknownJobIsNamed() {
        assertThatThrownBy(() -> over(jobs).handle(ORDERS, new JobEvent.PauseRequested(), "operator"))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JOB_NOT_FOUND))
                .hasMessage("there is no job named orders");
    }
}
