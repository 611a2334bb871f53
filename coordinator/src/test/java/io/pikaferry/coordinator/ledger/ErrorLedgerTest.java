package io.pikaferry.coordinator.ledger;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.ledger.LedgerStoresContract.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.ledger.ErrorLedger.Settlement;
import io.pikaferry.coordinator.ledger.ErrorLedger.Told;
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

    private static List<Told> told(LedgerEntry... entries) {
        return java.util.Arrays.stream(entries)
                .map(entry -> new Told(entry, false))
                .toList();
    }

    private static LedgerEntry met(String id, long times, EntryState state) {
        return new LedgerEntry(
                id,
                "FERRY-2301",
                "SADD",
                "SADD onto a string",
                Bytes.utf8("k"),
                1,
                0,
                StreamId.ONLY,
                Optional.empty(),
                NOON,
                times,
                state);
    }

    @Test
    void whatIsRecordedIsStoredAndReadByTheNextLeader() {
        ledger.record(ORDERS, 1, told(entry("a"), entry("b")));

        assertThat(new ErrorLedger(store, 120).read(ORDERS)).isEqualTo(ledger.read(ORDERS));
        assertThat(ledger.read(ORDERS).open()).isEqualTo(2);
    }

    @Test
    void anEntryThatIsRepeatedUnderOneEpochCountsOnce() {
        ledger.record(ORDERS, 1, told(met("a", 2, EntryState.OPEN)));
        ledger.record(ORDERS, 1, told(met("a", 2, EntryState.OPEN)));
        ledger.record(ORDERS, 1, told(met("a", 3, EntryState.OPEN)));

        assertThat(ledger.read(ORDERS).entries()).singleElement().satisfies(kept -> assertThat(kept.count())
                .isEqualTo(3));
    }

    @Test
    void whatTheNextWorkerMeetsAgainCountsAgain() {
        ledger.record(ORDERS, 1, told(met("a", 3, EntryState.OPEN)));
        ledger.record(ORDERS, 2, told(met("a", 1, EntryState.OPEN)));
        ledger.record(ORDERS, 2, told(met("a", 2, EntryState.OPEN)));

        assertThat(ledger.read(ORDERS).entries()).singleElement().satisfies(kept -> assertThat(kept.count())
                .isEqualTo(5));
    }

    @Test
    void aReconciledEntryIsNotOpenAnyMore() {
        ledger.record(ORDERS, 1, told(entry("a"), entry("b")));

        ledger.record(ORDERS, 1, told(met("a", 1, EntryState.RESOLVED)));

        assertThat(ledger.read(ORDERS).open()).isEqualTo(1);
        assertThat(ledger.read(ORDERS).entries()).hasSize(2);
    }

    @Test
    void whatDoesNotFitIsCountedOnce() {
        List<Told> all = IntStream.range(0, 130)
                .mapToObj(i -> new Told(entry("e" + i), false))
                .toList();
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
                ORDERS,
                1,
                IntStream.range(0, 100)
                        .mapToObj(i -> new Told(entry("e" + i), false))
                        .toList());
        int before = store.pagesWritten();

        ledger.record(ORDERS, 1, told(met("e7", 9, EntryState.OPEN), entry("e99")));

        assertThat(store.pagesWritten() - before).isEqualTo(1);
    }

    @Test
    void aClearedLedgerBeginsAnew() {
        ledger.record(
                ORDERS,
                1,
                IntStream.range(0, 130)
                        .mapToObj(i -> new Told(entry("e" + i), false))
                        .toList());

        ledger.clear(ORDERS);
        ledger.record(ORDERS, 2, told(entry("e0")));

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
        assertThatThrownBy(() -> over.record(ORDERS, 1, told(entry("a")))).isInstanceOf(FerryException.class);

        over.record(ORDERS, 1, told(entry("a")));

        assertThat(store.read(ORDERS).pages()).hasSize(1);
    }

    @Test
    void aLongKeyAndALongMessageAreCutToFit() {
        LedgerEntry entry = new LedgerEntry(
                "a",
                "FERRY-2301",
                "SADD",
                "x".repeat(9_000),
                Bytes.owning(new byte[5_000]),
                1,
                0,
                StreamId.ONLY,
                Optional.empty(),
                NOON,
                1,
                EntryState.OPEN);

        assertThat(entry.message()).hasSize(500).endsWith("…");
        assertThat(entry.key().length()).isEqualTo(512);
        assertThat(entry.state()).isEqualTo(EntryState.OPEN);
    }

    @Test
    void whatIsIgnoredIsClosedAndStaysSoWhenItIsMetAgain() {
        ledger.record(ORDERS, 1, told(entry("a"), entry("b")));

        assertThat(ledger.settle(ORDERS, Settlement.IGNORE, List.of("a"))).hasSize(1);
        ledger.record(ORDERS, 2, told(met("a", 1, EntryState.OPEN)));

        assertThat(states()).containsExactly(EntryState.IGNORED, EntryState.OPEN);
        assertThat(ledger.read(ORDERS).open()).isEqualTo(1);
        assertThat(ledger.read(ORDERS).entries().get(0).count()).isEqualTo(2);
    }

    @Test
    void whatIsRetryingIsNotClosedYetAndSurvivesTheLeader() {
        ledger.record(ORDERS, 1, told(entry("a"), entry("b")));
        ledger.settle(ORDERS, Settlement.RECONCILE, List.of("b"));

        ErrorLedger next = new ErrorLedger(store, 120);

        assertThat(next.read(ORDERS).open()).isEqualTo(2);
        assertThat(next.read(ORDERS).retrying())
                .singleElement()
                .satisfies(kept -> assertThat(kept.entry().id()).isEqualTo("b"));
    }

    @Test
    void whatIsRetryingIsResolvedOrOpenAgain() {
        ledger.record(ORDERS, 1, told(entry("a"), entry("b")));
        ledger.settle(ORDERS, Settlement.RECONCILE, List.of());
        assertThat(states()).containsOnly(EntryState.RETRYING);

        ledger.record(ORDERS, 1, told(met("a", 1, EntryState.OPEN)));
        assertThat(states()).as("a report that was under way").containsOnly(EntryState.RETRYING);
        ledger.record(ORDERS, 1, told(met("a", 2, EntryState.OPEN), met("b", 1, EntryState.RESOLVED)));

        assertThat(states()).containsExactly(EntryState.OPEN, EntryState.RESOLVED);
        assertThat(ledger.read(ORDERS).entries().get(0).count()).isEqualTo(2);
    }

    @Test
    void whatWasResolvedAndIsMetAgainIsOpen() {
        ledger.record(ORDERS, 1, told(met("a", 1, EntryState.RESOLVED)));

        ledger.record(ORDERS, 2, told(met("a", 1, EntryState.OPEN)));

        assertThat(states()).containsExactly(EntryState.OPEN);
    }

    /** What an earlier holder wrote down in the target may have been told by it. */
    @Test
    void whatMayHaveBeenToldBeforeCountsOnlyIfItWasNot() {
        ledger.record(ORDERS, 1, told(entry("a")));

        ledger.record(ORDERS, 2, List.of(new Told(entry("a"), true), new Told(entry("b"), true)));

        assertThat(ledger.read(ORDERS).entries()).extracting(KeptEntry::count).containsExactly(1L, 1L);
    }

    @Test
    void theFirstTimeIsKeptAndTheLastIsShown() {
        ledger.record(ORDERS, 1, told(entry("a")));
        LedgerEntry later = new LedgerEntry(
                "a",
                "FERRY-2301",
                "SADD",
                "again",
                Bytes.utf8("k"),
                1,
                0,
                StreamId.ONLY,
                Optional.empty(),
                NOON.plusSeconds(60),
                1,
                EntryState.OPEN);

        ledger.record(ORDERS, 2, told(later));

        assertThat(ledger.read(ORDERS).entries()).singleElement().satisfies(kept -> {
            assertThat(kept.first()).isEqualTo(NOON);
            assertThat(kept.entry().at()).isEqualTo(NOON.plusSeconds(60));
            assertThat(kept.entry().message()).isEqualTo("again");
        });
    }

    @Test
    void ignoringAllForgetsHowManyDidNotFit() {
        ledger.record(
                ORDERS,
                1,
                IntStream.range(0, 130)
                        .mapToObj(i -> new Told(entry("e" + i), false))
                        .toList());

        assertThat(ledger.settle(ORDERS, Settlement.IGNORE, List.of())).hasSize(120);

        assertThat(ledger.read(ORDERS).open()).isZero();
        assertThat(new ErrorLedger(store, 120).read(ORDERS).dropped()).isZero();
    }

    @Test
    void anEntryThatIsNotThereCannotBeSettled() {
        assertThatThrownBy(() -> ledger.settle(ORDERS, Settlement.IGNORE, List.of("nope")))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessage("the error ledger of job orders has no entry nope");
    }

    @Test
    void aKeyThatWasCutCannotBeAskedFor() {
        ledger.record(
                ORDERS,
                1,
                told(new LedgerEntry(
                        "long",
                        "FERRY-2301",
                        "SADD",
                        "refused",
                        Bytes.owning(new byte[512]),
                        513,
                        0,
                        StreamId.ONLY,
                        Optional.empty(),
                        NOON,
                        1,
                        EntryState.OPEN)));

        assertThatThrownBy(() -> ledger.settle(ORDERS, Settlement.RECONCILE, List.of("long")))
                .hasMessageContaining("513 bytes long");
        assertThat(ledger.settle(ORDERS, Settlement.RECONCILE, List.of())).isEmpty();
        assertThat(states()).containsExactly(EntryState.OPEN);
    }

    private List<EntryState> states() {
        return ledger.read(ORDERS).entries().stream()
                .map(kept -> kept.entry().state())
                .toList();
    }
}
