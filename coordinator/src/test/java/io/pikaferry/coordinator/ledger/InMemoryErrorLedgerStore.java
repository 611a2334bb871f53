package io.pikaferry.coordinator.ledger;

import io.pikaferry.model.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** A fake; {@link LedgerStoresContract} keeps it honest. */
public final class InMemoryErrorLedgerStore implements ErrorLedgerStore {

    private final Map<JobId, TreeMap<Integer, List<KeptEntry>>> pages = new ConcurrentHashMap<>();
    private final Map<JobId, Long> dropped = new ConcurrentHashMap<>();
    private int pagesWritten;

    @Override
    public synchronized Ledger read(JobId job) {
        return new Ledger(
                new ArrayList<>(pages.getOrDefault(job, new TreeMap<>()).values()), dropped.getOrDefault(job, 0L));
    }

    @Override
    public synchronized void write(JobId job, Map<Integer, List<KeptEntry>> changed, long nowDropped) {
        pages.computeIfAbsent(job, any -> new TreeMap<>()).putAll(changed);
        dropped.put(job, nowDropped);
        pagesWritten += changed.size();
    }

    @Override
    public synchronized void clear(JobId job) {
        pages.remove(job);
        dropped.remove(job);
    }

    synchronized int pagesWritten() {
        return pagesWritten;
    }
}
