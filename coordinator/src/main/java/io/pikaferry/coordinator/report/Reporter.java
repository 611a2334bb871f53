package io.pikaferry.coordinator.report;

import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.util.List;
import java.util.Optional;

/** The worker's session a report came from, as far as an answer needs it. Calls do not block; safe for many threads. */
public interface Reporter {

    WorkerId worker();

    /**
     * All that was reported of the job up to the sequence is stored.
     *
     * @param reconcile entries of the ledger whose keys the worker is to read again
     * @param fresh an entry that was not in the ledger before the report
     */
    void acknowledge(JobId job, long epoch, long sequence, List<KeptEntry> reconcile, Optional<LedgerEntry> fresh);

    /** The worker does not hold the job under that epoch (any more). */
    void refuse(JobId job, long epoch, String why);
}
