package io.pikaferry.coordinator.ledger;

import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A fake; {@link LedgerStoresContract} keeps it honest. */
public final class InMemoryJournalStore implements JournalStore {

    private final Map<JobId, List<JournalEntry>> journals = new ConcurrentHashMap<>();

    @Override
    public List<JournalEntry> read(JobId job) {
        return journals.getOrDefault(job, List.of());
    }

    @Override
    public void write(JobId job, List<JournalEntry> entries) {
        journals.put(job, List.copyOf(entries));
    }
}
