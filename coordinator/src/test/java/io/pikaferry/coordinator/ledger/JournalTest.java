package io.pikaferry.coordinator.ledger;

import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.ledger.LedgerStoresContract.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class JournalTest {

    private final InMemoryJournalStore store = new InMemoryJournalStore();
    private final Journal journal = new Journal(store, 3);

    @Test
    void whatWasNotedIsReadAtOnceAndStoredWithTheNextFlush() {
        journal.note(ORDERS, line("a"));
        assertThat(journal.read(ORDERS)).containsExactly(line("a"));
        assertThat(store.read(ORDERS)).isEmpty();

        journal.flush();

        assertThat(store.read(ORDERS)).containsExactly(line("a"));
    }

    @Test
    void theOldestLinesGoFirst() {
        for (String message : List.of("a", "b", "c", "d", "e")) {
            journal.note(ORDERS, line(message));
        }

        assertThat(journal.read(ORDERS)).containsExactly(line("c"), line("d"), line("e"));
    }

    @Test
    void theNextLeaderGoesOnWithIt() {
        journal.note(ORDERS, line("a"));
        journal.flush();

        Journal next = new Journal(store, 3);
        next.note(ORDERS, line("b"));

        assertThat(next.read(ORDERS)).containsExactly(line("a"), line("b"));
    }

    @Test
    void aLineThatIsRepeatedIsKeptOnce() {
        journal.noteAll(ORDERS, List.of(line("a"), line("b")));
        journal.noteAll(ORDERS, List.of(line("a"), line("b")));

        assertThat(journal.read(ORDERS)).containsExactly(line("a"), line("b"));
    }

    @Test
    void whatCouldNotBeStoredIsStoredLater() {
        AtomicBoolean broken = new AtomicBoolean(true);
        Journal over = new Journal(
                new JournalStore() {
                    @Override
                    public List<JournalEntry> read(JobId job) {
                        return store.read(job);
                    }

                    @Override
                    public void write(JobId job, List<JournalEntry> entries) {
                        if (broken.getAndSet(false)) {
                            throw new FerryException(ErrorCode.ZOOKEEPER_UNREACHABLE, "no answer");
                        }
                        store.write(job, entries);
                    }
                },
                3);
        over.note(ORDERS, line("a"));
        assertThatThrownBy(over::flush).isInstanceOf(FerryException.class);

        over.flush();

        assertThat(store.read(ORDERS)).containsExactly(line("a"));
    }

    @Test
    void nothingIsStoredOfAForgottenJob() {
        journal.note(ORDERS, line("a"));

        journal.forget(ORDERS);
        journal.flush();

        assertThat(store.read(ORDERS)).isEmpty();
    }
}
