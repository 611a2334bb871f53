package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The last events of each job. {@link #note} only remembers, so that nothing waits for a line to be written;
 * {@link #flush} writes what was noted since. A leader that dies in between loses lines, never facts.
 */
public final class Journal {

    private final JournalStore store;
    private final int capacity;
    private final Map<JobId, List<JournalEntry>> known = new HashMap<>(); // this and dirty: guarded by this
    private final Set<JobId> dirty = new LinkedHashSet<>();
    private final Object writing = new Object(); // one flush at a time, or an older list might overwrite a newer one

    public Journal(JournalStore store, int capacity) {
        this.store = requireNonNull(store, "store is null");
        if (capacity < 1) {
            throw new IllegalArgumentException("a journal must hold at least 1 event, got " + capacity);
        }
        this.capacity = capacity;
    }

    public void note(JobId job, JournalEntry entry) {
        noteAll(job, List.of(entry));
    }

    public void noteAll(JobId job, List<JournalEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        load(job);
        synchronized (this) {
            List<JournalEntry> lines = known.computeIfAbsent(job, any -> new ArrayList<>());
            for (JournalEntry entry : entries) {
                if (!lines.contains(entry)) { // a worker repeats what was not acknowledged
                    lines.add(entry);
                    dirty.add(job);
                }
            }
            if (lines.size() > capacity) {
                lines.subList(0, lines.size() - capacity).clear();
            }
        }
    }

    /** Writes what was noted. What cannot be written stays noted. */
    public void flush() {
        synchronized (writing) {
            while (true) {
                JobId job;
                List<JournalEntry> lines;
                synchronized (this) {
                    if (dirty.isEmpty()) {
                        return;
                    }
                    job = dirty.iterator().next();
                    dirty.remove(job);
                    lines = List.copyOf(known.getOrDefault(job, List.of()));
                }
                try {
                    store.write(job, lines);
                } catch (RuntimeException e) {
                    synchronized (this) {
                        if (known.containsKey(job)) {
                            dirty.add(job);
                        }
                    }
                    throw e;
                }
            }
        }
    }

    /** Oldest first. */
    public List<JournalEntry> read(JobId job) {
        load(job);
        synchronized (this) {
            return List.copyOf(known.getOrDefault(job, List.of()));
        }
    }

    /** The job was removed. */
    public synchronized void forget(JobId job) {
        known.remove(job);
        dirty.remove(job);
    }

    private void load(JobId job) {
        synchronized (this) {
            if (known.containsKey(job)) {
                return;
            }
        }
        List<JournalEntry> stored = store.read(job);
        synchronized (this) {
            known.putIfAbsent(job, new ArrayList<>(stored));
        }
    }
}
