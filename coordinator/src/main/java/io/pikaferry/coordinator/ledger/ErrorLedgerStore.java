package io.pikaferry.coordinator.ledger;

import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Map;

/** Keeps error ledgers, in pages. Calls block; safe for use by many threads. */
public interface ErrorLedgerStore {

    /**
     * A whole ledger.
     *
     * @param pages in order; all but the last are full
     * @param dropped how many entries did not fit
     */
    record Ledger(List<List<KeptEntry>> pages, long dropped) {
        public Ledger {
            pages = List.copyOf(pages);
        }
    }

    /** Empty if there is no such job. */
    Ledger read(JobId job);

    /** Writes some pages, by their number, and the counter, all or nothing. */
    void write(JobId job, Map<Integer, List<KeptEntry>> pages, long dropped);

    /** Empties the ledger. */
    void clear(JobId job);
}
