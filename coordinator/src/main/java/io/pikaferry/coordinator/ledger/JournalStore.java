package io.pikaferry.coordinator.ledger;

import io.pikaferry.model.JobId;
import java.util.List;

/** Keeps journals. Calls block; safe for use by many threads. */
public interface JournalStore {

    /** Oldest first; empty if there is no such job. */
    List<JournalEntry> read(JobId job);

    /** Writes the journal in place of the one before; nothing happens if there is no such job any more. */
    void write(JobId job, List<JournalEntry> entries);
}
