package io.pikaferry.coordinator.ledger;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.coordinator.ledger.ErrorLedgerStore.Ledger;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stores of journals and error ledgers do. The fakes and the real ones both run it; a job named orders exists. */
@Timeout(30)
public abstract class LedgerStoresContract {

    private static final JobId NOBODY = new JobId("nobody");

    protected abstract JournalStore journals();

    protected abstract ErrorLedgerStore ledgers();

    /** For tests of the ledgers above the stores. */
    static LedgerEntry entry(String id) {
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
                1,
                EntryState.OPEN);
    }

    static JournalEntry line(String message) {
        return new JournalEntry(NOON, "assigned", message, 1, Optional.of(W1), "coordinator c1");
    }

    @Test
    void aJournalIsReadAsItWasWritten() {
        journals().write(ORDERS, List.of(line("a"), line("b")));
        journals()
                .write(
                        ORDERS,
                        List.of(
                                line("b"),
                                new JournalEntry(NOON, "submitted", "ü\n", 0, Optional.empty(), "operator")));

        assertThat(journals().read(ORDERS))
                .containsExactly(
                        line("b"), new JournalEntry(NOON, "submitted", "ü\n", 0, Optional.empty(), "operator"));
    }

    @Test
    void nothingIsKeptOfAJobThatIsNot() {
        assertThat(journals().read(NOBODY)).isEmpty();
        assertThat(ledgers().read(NOBODY)).isEqualTo(new Ledger(List.of(), 0));
    }

    @Test
    void pagesAreWrittenEachForItself() {
        KeptEntry first = new KeptEntry(entry("a"), 1, 0, NOON);
        KeptEntry second = new KeptEntry(
                new LedgerEntry(
                        "b",
                        "FERRY-2303",
                        "SADD",
                        "XADD",
                        Bytes.owning(new byte[] {0, (byte) 0xff, 13, 10}),
                        1,
                        9,
                        new StreamId(3, 9),
                        Optional.of(new BinlogPosition(0xffff_ffffL, 77)),
                        NOON,
                        4,
                        EntryState.RESOLVED),
                3,
                8,
                NOON.minusSeconds(9));
        ledgers().write(ORDERS, Map.of(0, List.of(first), 1, List.of(first)), 2);

        ledgers().write(ORDERS, Map.of(1, List.of(second)), 5);

        assertThat(ledgers().read(ORDERS)).isEqualTo(new Ledger(List.of(List.of(first), List.of(second)), 5));
    }

    @Test
    void aClearedLedgerIsEmpty() {
        ledgers().write(ORDERS, Map.of(0, List.of(new KeptEntry(entry("a"), 1, 0, NOON))), 2);

        ledgers().clear(ORDERS);

        assertThat(ledgers().read(ORDERS)).isEqualTo(new Ledger(List.of(), 0));
    }

    @Test
    void tenPagesAndMoreKeepTheirOrder() {
        for (int page = 0; page < 12; page++) {
            ledgers().write(ORDERS, Map.of(page, List.of(new KeptEntry(entry("e" + page), 1, 0, NOON))), 0);
        }

        assertThat(ledgers().read(ORDERS).pages()).hasSize(12).satisfies(pages -> assertThat(
                        pages.get(11).get(0).entry().id())
                .isEqualTo("e11"));
    }
}
