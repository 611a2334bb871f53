package io.pikaferry.coordinator.ledger;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.ledger.LedgerStoresContract.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorLedgerTest {

    private final InMemoryErrorLedgerStore store = new InMemoryErrorLedgerStore();
    private final ErrorLedger ledger = new ErrorLedger(store, 120);

    private static LedgerEntry met(String id, long times, String state) {
        return new LedgerEntry(
                id,
                "FERRY-2301",
                "SADD onto a string",
                Bytes.utf8("k"),
                StreamId.ONLY,
                Optional.empty(),
                NOON,
                times,
                state);
    }

    @Test
    void whatIsRecordedIsStoredAndReadByTheNextLeader() {
        ledger.record(ORDERS, 1, List.of(entry("a"), entry("b")));

        assertThat(new ErrorLedger(store, 120).read(ORDERS)).isEqualTo(ledger.read(ORDERS));
        assertThat(ledger.read(ORDERS).open()).isEqualTo(2);
    }

    @Test
    void anEntryThatIsRepeatedUnderOneEpochCountsOnce() {
        ledger.record(ORDERS, 1, List.of(met("a", 2, "open")));
        ledger.record(ORDERS, 1, List.of(met("a", 2, "open")));
        ledger.record(ORDERS, 1, List.of(met("a", 3, "open")));

        assertThat(ledger.read(ORDERS).entries()).singleElement().satisfies(kept -> assertThat(kept.count())
                .isEqualTo(3));
    }

    @Test
    void whatTheNextWorkerMeetsAgainCountsAgain() {
        ledger.record(ORDERS, 1, List.of(met("a", 3, "open")));
        ledger.record(ORDERS, 2, List.of(met("a", 1, "open")));
        ledger.record(ORDERS, 2, List.of(met("a", 2, "open")));

        assertThat(ledger.read(ORDERS).entries()).singleElement().satisfies(kept -> assertThat(kept.count())
                .isEqualTo(5));
    }

    @Test
    void aReconciledEntryIsNotOpenAnyMore() {
        ledger.record(ORDERS, 1, List.of(entry("a"), entry("b")));

        ledger.record(ORDERS, 1, List.of(met("a", 1, "reconciled")));

        assertThat(ledger.read(ORDERS).open()).isEqualTo(1);
        assertThat(ledger.read(ORDERS).entries()).hasSize(2);
    }

    @Test
    void whatDoesNotFitIsCountedOnce() {
        List<LedgerEntry> all =
                IntStream.range(0, 130).mapToObj(i -> entry("e" + i)).toList();
        ledger.record(ORDERS, 1, all);
        ledger.record(ORDERS, 1, all);

        assertThat(ledger.read(ORDERS).entries()).hasSize(120);
        assertThat(ledger.read(ORDERS).dropped()).isEqualTo(10);
        assertThat(ledger.read(ORDERS).open()).isEqualTo(130);
        assertThat(new ErrorLedger(store, 120).read(ORDERS).dropped()).isEqualTo(10);
    }

    @Test
    void onlyPagesThatChangedAreWritten() {
        ledger.record(
                ORDERS, 1, IntStream.range(0, 100).mapToObj(i -> entry("e" + i)).toList());
        int before = store.pagesWritten();

        ledger.record(ORDERS, 1, List.of(met("e7", 9, "open"), entry("e99")));

        assertThat(store.pagesWritten() - before).isEqualTo(1);
    }

    @Test
    void aClearedLedgerBeginsAnew() {
        ledger.record(
                ORDERS, 1, IntStream.range(0, 130).mapToObj(i -> entry("e" + i)).toList());

        ledger.clear(ORDERS);
        ledger.record(ORDERS, 2, List.of(entry("e0")));

        assertThat(ledger.read(ORDERS).entries()).hasSize(1);
        assertThat(ledger.read(ORDERS).open()).isEqualTo(1);
    }

    /** What could not be stored must not be taken for stored when it is told again. */
    @Test
    void whatCouldNotBeStoredIsStoredWhenItIsToldAgain() {
        ErrorLedgerStore moody = new ErrorLedgerStore() {
            private boolean broken = true;

            @Override
            public Ledger read(JobId job) {
                return store.read(job);
            }

            @Override
            public void write(JobId job, Map<Integer, List<KeptEntry>> pages, long dropped) {
                if (broken) {
                    broken = false;
                    throw new FerryException(ErrorCode.ZOOKEEPER_UNREACHABLE, "no answer");
                }
                store.write(job, pages, dropped);
            }

            @Override
            public void clear(JobId job) {
                store.clear(job);
            }
        };
        ErrorLedger over = new ErrorLedger(moody, 120);
        assertThatThrownBy(() -> over.record(ORDERS, 1, List.of(entry("a")))).isInstanceOf(FerryException.class);

        over.record(ORDERS, 1, List.of(entry("a")));

        assertThat(store.read(ORDERS).pages()).hasSize(1);
    }

    @Test
    void aLongKeyAndALongMessageAreCutToFit() {
        LedgerEntry entry = new LedgerEntry(
                "a",
                "FERRY-2301",
                "x".repeat(9_000),
                Bytes.owning(new byte[5_000]),
                StreamId.ONLY,
                Optional.empty(),
                NOON,
                1,
                "");

        assertThat(entry.message()).hasSize(500).endsWith("…");
        assertThat(entry.key().length()).isEqualTo(512);
        assertThat(entry.state()).isEqualTo("open");
    }
}
